// What the agent writes about a call: kept on the server with every pause in typing, so nothing typed is ever lost.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { useErrorText } from "../parts/states";
import { queries } from "../queries";

type NoteView = components["schemas"]["CallNoteView"];

const PAUSE_MS = 600;
const AGAIN_MS = 3_000;
const LONGEST = 10_000;

type Saving = { state: "saved" | "saving" } | { state: "failed"; error: unknown };

export function Note({ callId, contactId }: { callId: string; contactId: number | null }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const path = `/calls/${encodeURIComponent(callId)}/note`;
  const kept = useQuery({
    queryKey: ["note", callId],
    queryFn: () => api<NoteView>(path),
    // The journal writes in batches: just after the first ring the call may not be there yet.
    retry: 5,
    retryDelay: 400,
    staleTime: Infinity,
  });
  const [typed, setTyped] = useState<string | null>(null);
  const [saving, setSaving] = useState<Saving | null>(null);
  const dirty = useRef<string | null>(null);
  const isUnknown = useRef(true);
  isUnknown.current = kept.isPending;

  // Who typed before it was known what stood there keeps both.
  const before = kept.data?.text;
  useEffect(() => {
    if (!before || dirty.current === null || dirty.current.startsWith(before)) return;
    dirty.current = `${before}\n${dirty.current}`;
    setTyped(dirty.current);
  }, [kept.isPending]); // Once, when it is known.

  const save = useCallback(async () => {
    const text = dirty.current;
    if (text === null || isUnknown.current) return;
    setSaving({ state: "saving" });
    try {
      const saved = await api<NoteView>(path, { method: "PUT", body: { text, contact_id: contactId } });
      queries.setQueryData(["note", callId], saved);
      if (dirty.current === text) dirty.current = null;
      setSaving({ state: "saved" });
    } catch (error) {
      setSaving({ state: "failed", error });
    }
  }, [path, callId, contactId]);

  useEffect(() => {
    if (dirty.current === null) return;
    const timer = setTimeout(() => void save(), saving?.state === "failed" ? AGAIN_MS : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, saving, save, kept.isPending]);
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => () => void latest.current(), []); // Whoever leaves the page leaves nothing behind.

  return (
    <div className="note-box">
      <label htmlFor="call-note">{t("note")}</label>
      <span className={saving?.state === "failed" ? "error" : "hint"} role="status">
        {saving?.state === "failed"
          ? t("note.failed", { reason: errorText(saving.error) })
          : saving && t(saving.state === "saved" ? "note.saved" : "note.saving")}
      </span>
      <textarea
        id="call-note"
        rows={3}
        maxLength={LONGEST}
        placeholder={t("note.hint")}
        value={typed ?? kept.data?.text ?? ""}
        onChange={(event) => {
          dirty.current = event.currentTarget.value;
          setTyped(event.currentTarget.value);
        }}
        onBlur={() => void save()}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
    </div>
  );
}
