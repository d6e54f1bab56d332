// What the admin's pages are made of: a list, and beside it the one form.
import { Button, CloseButton, CopyButton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, type Ref, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { FilterBox } from "../../parts/FilterBox";
import { Empty, ErrorNote, SkeletonRows } from "../../parts/states";
import { useEscape } from "./form";

interface SectionProps<T> {
  title: string;
  q: string;
  onFilter: (text: string) => void;
  filterLabel: string;
  chips?: ReactNode;
  add: { text: string; onClick: () => void } | null;
  rows: UseQueryResult<T[]>;
  shown: T[];
  /** What this is for, where there is nothing yet. */
  empty: string;
  /** Opens on the right. */
  form: ReactNode;
  children: ReactNode;
}

export function Section<T>(props: SectionProps<T>) {
  const { t } = useTranslation();
  const { rows, shown, add, q } = props;
  const addButton = add && (
    <Button size="compact-md" id="add" onClick={add.onClick}>
      {add.text}
    </Button>
  );
  return (
    <div className="admin-section" data-open={props.form ? true : undefined}>
      <div className="list-page">
        <div className="list-head">
          <h1>{props.title}</h1>
          {rows.data && <span className="quiet">{shown.length}</span>}
          {props.chips}
          <span className="space" />
          <FilterBox value={q} label={props.filterLabel} onChange={props.onFilter} />
          {rows.data?.length === 0 ? null : addButton}
        </div>
        {rows.isPending && <SkeletonRows rows={12} />}
        {rows.isError && !rows.data && <ErrorNote error={rows.error} retry={() => void rows.refetch()} />}
        {rows.data && shown.length === 0 && (
          <Empty text={q ? t("admin.empty.filtered") : props.empty}>
            {q && (
              <Button variant="default" onClick={() => props.onFilter("")}>
                {t("admin.clear")}
              </Button>
            )}
            {!q && rows.data.length === 0 && addButton}
          </Empty>
        )}
        {shown.length > 0 && <div className="table-scroll">{props.children}</div>}
      </div>
      {props.form}
    </div>
  );
}

interface FormProps {
  title: string;
  note?: ReactNode;
  form: {
    ref: Ref<HTMLFormElement>;
    submit: (event?: FormEvent) => void;
    isDirty: boolean;
    isSaving: boolean;
    errors: Partial<Record<string, string>>;
  };
  isNew: boolean;
  readOnly?: boolean;
  onClose: () => void;
  /** Buttons for the whole of it: remove, deactivate. */
  more?: ReactNode;
  children: ReactNode;
}

export function SideForm({ title, note, form, isNew, readOnly, onClose, more, children }: FormProps) {
  const { t } = useTranslation();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // From the row that was opened, the keyboard goes on in the form. Something new begins in its first field.
    if (!isNew) place.current?.focus();
  }, [isNew]);
  function close() {
    const row = document.querySelector<HTMLElement>("tr[data-chosen] .row-link");
    (row ?? document.getElementById("add"))?.focus();
    onClose();
  }
  useEscape(form.isDirty, close);
  return (
    <aside className="admin-form" aria-label={title} ref={place} tabIndex={-1}>
      <FormHead title={title} onClose={close} />
      <form ref={form.ref} onSubmit={form.submit} noValidate>
        {note && <p className="hint">{note}</p>}
        <fieldset className="admin-fields" disabled={readOnly}>
          {children}
        </fieldset>
        {form.errors.general && (
          <p className="error" role="alert">
            {t("admin.not_saved", { reason: form.errors.general })}
          </p>
        )}
        {!readOnly && (
          <div className="admin-buttons admin-form-foot">
            <Button type="submit" size="sm" loading={form.isSaving} disabled={!isNew && !form.isDirty}>
              {t(isNew ? "admin.add" : "admin.save")}
            </Button>
            <Button variant="default" size="sm" onClick={close}>
              {t(form.isDirty ? "admin.discard" : "admin.close")}
            </Button>
            <span className="space" />
            {!isNew && more}
          </div>
        )}
      </form>
    </aside>
  );
}

export function FormHead({ title, onClose }: { title: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="admin-form-head">
      <h2 className="cut">{title}</h2>
      <CloseButton aria-label={t("admin.close")} onClick={onClose} size="sm" />
    </div>
  );
}

/** Something that can't be taken back asks, in its place, and says what will be lost. */
export function AskFirst({ text, button, onYes, isBusy }: { text: string; button: string; onYes: () => void; isBusy: boolean }) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  if (!asks) {
    return (
      <Button variant="subtle" className="admin-danger" size="sm" onClick={() => setAsks(true)}>
        {button}
      </Button>
    );
  }
  return (
    <div className="admin-ask" role="alertdialog" aria-label={button}>
      <p>{text}</p>
      <div className="admin-buttons">
        <Button variant="default" className="admin-danger" size="sm" onClick={onYes} loading={isBusy}>
          {button}
        </Button>
        <Button variant="default" size="sm" data-autofocus onClick={() => setAsks(false)}>
          {t("admin.keep")}
        </Button>
      </div>
    </div>
  );
}

export interface Secret {
  title: string;
  lines: [label: string, value: string][];
}

/** What is told once: each value to be copied, or all of it. */
export function Once({ title, secrets, note, onDone }: { title: string; secrets: Secret[]; note?: string; onDone: () => void }) {
  const { t } = useTranslation();
  const all = secrets.map((each) => [each.title, ...each.lines.map((line) => line.join(": "))].join("\n")).join("\n\n");
  useEffect(() => document.querySelector<HTMLElement>(".admin-once .copy-all")?.focus(), []);
  return (
    <aside className="admin-form admin-once" aria-label={title}>
      <FormHead title={title} onClose={onDone} />
      <div className="admin-once-body" role="status">
        <p className="admin-once-warning">{t("admin.once")}</p>
        {secrets.map((secret) => (
          <section key={secret.title}>
            <h3>{secret.title}</h3>
            <dl className="admin-secret">
              {secret.lines.map(([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    <code>{value}</code>
                    <Copy value={value} label={t("admin.copy_one", { what: label })} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        {note && <p className="hint">{note}</p>}
        <div className="admin-buttons">
          <CopyButton value={all} timeout={2_000}>
            {({ copied, copy }) => (
              <Button size="sm" className="copy-all" onClick={copy}>
                {t(copied ? "admin.copied" : "admin.copy_all")}
              </Button>
            )}
          </CopyButton>
          <Button size="sm" variant="default" onClick={onDone}>
            {t("admin.done")}
          </Button>
        </div>
      </div>
    </aside>
  );
}

function Copy({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <button type="button" className="quiet-button" aria-label={label} onClick={copy}>
          {t(copied ? "admin.copied" : "admin.copy")}
        </button>
      )}
    </CopyButton>
  );
}
