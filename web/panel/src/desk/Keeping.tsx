// Beside the call: the note, what came of it, and what is to follow.
import { Checkbox, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { word } from "../i18n";
import { useErrorText } from "../parts/states";
import { dateOf, inTheMorning, nextWorkingDay } from "./followUp";
import { NOTE_ID, useKept } from "./kept";

type Outcome = components["schemas"]["OutcomeView"];
const LONGEST = 10_000;

/** Our own word for an outcome of ours, else the name that it was given. */
const outcomeText = ({ key, name }: Outcome) => (i18next.exists(`result.${key}`) ? word("result", key) : name);

export function useOutcomes(): Outcome[] {
  const found = useQuery({
    queryKey: ["outcomes"],
    queryFn: () => api<{ items: Outcome[] }>("/outcomes"),
    staleTime: 3_600_000,
  });
  return found.data?.items ?? [];
}

export function Keeping({ callId, contactId, isOver }: { callId: string; contactId: number | null; isOver: boolean }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { text, outcome, follow_up_at, saving, change, save } = useKept(callId, contactId);
  const outcomes = useOutcomes();
  return (
    <section className="keeping">
      <div className="note-box">
        <label htmlFor={NOTE_ID}>{t("note")}</label>
        <span className={saving?.state === "failed" ? "error" : "hint"} role="status">
          {saving?.state === "failed"
            ? t("note.failed", { reason: errorText(saving.error) })
            : saving && t(saving.state === "saved" ? "note.saved" : "note.saving")}
        </span>
        <textarea
          id={NOTE_ID}
          rows={6}
          maxLength={LONGEST}
          placeholder={t("note.hint")}
          value={text}
          onChange={(event) => change({ text: event.currentTarget.value })}
          onBlur={() => void save()}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </div>
      <NativeSelect
        label={t("result")}
        size="sm"
        value={outcome ?? ""}
        data-needed={(isOver && outcome === null) || undefined}
        data={[
          { value: "", label: t("result.choose") },
          ...outcomes.map((each) => ({ value: each.key, label: outcomeText(each) })),
        ]}
        onChange={(event) => change({ outcome: event.currentTarget.value || null })}
      />
      <div className="follow-up">
        <Checkbox
          label={t("follow_up")}
          size="sm"
          checked={follow_up_at !== null}
          onChange={(event) => change({ follow_up_at: event.currentTarget.checked ? nextWorkingDay(Date.now()) : null })}
        />
        {follow_up_at !== null && (
          <input
            type="date"
            aria-label={t("follow_up.date")}
            value={dateOf(follow_up_at)}
            min={dateOf(new Date().toISOString())}
            required
            onChange={(event) => event.currentTarget.value && change({ follow_up_at: inTheMorning(event.currentTarget.value) })}
          />
        )}
      </div>
    </section>
  );
}
