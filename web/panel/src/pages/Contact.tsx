// Somebody: left what happened, right who they are and what is to do. Every field is changed where it stands.
import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Contact, api } from "../api/client";
import { InlineField } from "../parts/InlineField";
import { ErrorNote, SkeletonRows, useErrorText } from "../parts/states";
import { Tasks } from "../parts/Tasks";
import { KINDS, type Kind, Timeline } from "../parts/Timeline";
import { queries } from "../queries";
import { useMay } from "../rights";
import { fullDay } from "../time";
import "./contact.css";

export function ContactPage() {
  const { t } = useTranslation();
  const { contactId } = useParams({ from: "/contacts/$contactId" });
  const contact = useQuery({
    queryKey: ["contacts", "one", contactId],
    queryFn: () => api<Contact>(`/contacts/${encodeURIComponent(contactId)}`),
  });
  return (
    <div className="detail-page contact-page">
      <Link to="/contacts" className="back">
        ← {t("contact.back")}
      </Link>
      {contact.isPending && <SkeletonRows rows={12} />}
      {contact.isError && !contact.data && <ErrorNote error={contact.error} retry={() => void contact.refetch()} />}
      {contact.data && <Record key={contact.data.id} contact={contact.data} />}
    </div>
  );
}

const listed = (text: string) =>
  text
    .split(/[\n,;]/)
    .map((each) => each.trim())
    .filter((each) => each !== "");

let before: Promise<unknown> = Promise.resolve();

/** Saves one change of a contact after another: each needs the version that the last one made. Where somebody else was quicker, theirs is fetched, and the error says so. */
function useChange(contact: Contact) {
  const key = ["contacts", "one", String(contact.id)];
  const save = async (change: Record<string, unknown>) => {
    const version = queries.getQueryData<Contact>(key)?.version ?? contact.version;
    try {
      const body = { ...change, version };
      queries.setQueryData(key, await api<Contact>(`/contacts/${contact.id}`, { method: "PATCH", body }));
      void queries.invalidateQueries({ queryKey: ["contacts", "list"] });
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await queries.invalidateQueries({ queryKey: key });
      throw error;
    }
  };
  return (change: Record<string, unknown>) => {
    const done = before.then(() => save(change));
    before = done.catch(() => undefined);
    return done;
  };
}

function Record({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  const change = useChange(contact);
  const [kind, setKind] = useState<Kind>("");
  const readOnly = !may("change", "contact");
  const typed = (items: readonly { typed: string; kind: string }[]) => (text: string) =>
    listed(text).map((each) => items.find((item) => item.typed === each) ?? each);
  const [numbers, emails] = [typed(contact.numbers), typed(contact.emails)];
  return (
    <>
      <header className="detail-head">
        <h1 id="contact-name" className="hidden">
          {contact.name}
        </h1>
        <InlineField
          label={t("col.name")}
          value={contact.name}
          isTitle
          required
          readOnly={readOnly}
          onSave={(name) => change({ name })}
        />
      </header>
      <div className="detail-columns">
        <section className="history" aria-label={t("timeline")}>
          {may("create", "activity") && <AddNote contactId={contact.id} />}
          <div className="chips" role="group" aria-label={t("timeline")}>
            {KINDS.map((each) => (
              <button type="button" key={each} aria-pressed={kind === each} onClick={() => setKind(each)}>
                {t(each === "" ? "timeline.all" : `timeline.${each}s`)}
              </button>
            ))}
          </div>
          <Timeline about={{ contact: contact.id }} rows={30} kind={kind} />
        </section>
        <aside className="contact-side">
          <Tasks about={{ contact: contact.id }} />
          <section className="fields" aria-label={t("person")}>
            <h2>{t("person")}</h2>
            <InlineField
              label={t("contact.company")}
              value={contact.company ?? ""}
              placeholder={t("contact.add")}
              readOnly={readOnly}
              onSave={(company) => change(company ? { company } : { company_id: null })}
            />
            <InlineField
              label={t("contact.numbers")}
              value={contact.numbers.map((number) => number.typed).join("\n")}
              placeholder={t("contact.add")}
              lines
              readOnly={readOnly}
              onSave={(text) => change({ numbers: numbers(text).map(inputOf) })}
            />
            <InlineField
              label={t("contact.emails")}
              value={contact.emails.map((email) => email.typed).join("\n")}
              placeholder={t("contact.add")}
              lines
              readOnly={readOnly}
              onSave={(text) => change({ emails: emails(text).map(inputOf) })}
            />
            <InlineField
              label={t("contact.tags")}
              value={contact.tags.join(", ")}
              placeholder={t("contact.add")}
              readOnly={readOnly}
              onSave={(text) => change({ tags: listed(text) })}
            />
            <InlineField
              label={t("contact.remarks")}
              value={contact.notes}
              placeholder={t("contact.add")}
              lines
              readOnly={readOnly}
              onSave={(notes) => change({ notes })}
            />
            {contact.owner_name && (
              <p className="inline-field">
                <span className="label">{t("contact.owner")}</span>
                <span>{contact.owner_name}</span>
              </p>
            )}
            <p className="hint">{t("contact.since", { date: fullDay(contact.created_at) })}</p>
          </section>
        </aside>
      </div>
    </>
  );
}

const inputOf = (item: string | { typed: string; kind: string }) =>
  typeof item === "string" ? item : { typed: item.typed, kind: item.kind };

function AddNote({ contactId }: { contactId: number }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [text, setText] = useState("");
  const add = useMutation({
    mutationFn: () => api(`/contacts/${contactId}/notes`, { method: "POST", body: { text: text.trim() } }),
    onSuccess: () => {
      setText("");
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    },
  });
  return (
    <form
      className="add-note"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") add.mutate();
      }}
    >
      <textarea
        id="call-note"
        aria-label={t("contact.note")}
        placeholder={t("contact.note")}
        rows={text === "" ? 1 : 3}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <Button type="submit" variant="default" disabled={text.trim() === ""} loading={add.isPending}>
        {t("contact.note.add")}
      </Button>
      {add.isError && (
        <p className="error" role="alert">
          {t("note.failed.once", { reason: errorText(add.error) })}
        </p>
      )}
    </form>
  );
}
