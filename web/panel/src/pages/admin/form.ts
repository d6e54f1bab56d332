// A form of the admin's pages: its values, what is wrong with which, and saving them.
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { useErrorText } from "../../parts/states";
import { readAgain } from "./data";
import { reasonsByField } from "../../parts/reasons";

interface Options<T> {
  initial: T;
  /** What can be said of the values without asking: a text by field. */
  check?: (values: T) => Partial<Record<keyof T, string | null>>;
  save: (values: T) => Promise<unknown>;
  /** Fields of the API that the form shows under another name. */
  shownAs?: Record<string, keyof T & string>;
}

export function useForm<T extends object>({ initial, check, save, shownAs = {} }: Options<T>) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [edited, setEdited] = useState<Partial<T>>({});
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({});
  const form = useRef<HTMLFormElement>(null);
  const [refusals, setRefusals] = useState(0);
  // The field comes to whoever has to change it.
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [refusals]);
  const values = { ...initial, ...edited };
  const isDirty = (Object.keys(edited) as (keyof T)[]).some(
    (field) => JSON.stringify(edited[field]) !== JSON.stringify(initial[field]),
  );

  function refuse(found: Partial<Record<string, string>>) {
    setErrors(found);
    setRefusals((before) => before + 1);
  }
  const saving = useMutation({
    mutationFn: () => save(values),
    onSuccess: async () => {
      await readAgain();
      setEdited({});
      setErrors({});
    },
    onError: (error) => {
      void readAgain();
      const named = error instanceof ApiError && error.status === 422 ? error.errors : [];
      const found: Partial<Record<string, string>> = {};
      for (const [field, reason] of Object.entries(reasonsByField(t, named))) {
        const shown = shownAs[field] ?? field;
        if (shown in values) found[shown] = reason;
        else found.general = [found.general, `${field}: ${reason}`].filter(Boolean).join("; ");
      }
      if (Object.keys(found).length === 0) found.general = errorText(error);
      refuse(found);
    },
  });

  function set<K extends keyof T>(field: K, value: T[K]) {
    setEdited((before) => ({ ...before, [field]: value }));
    setErrors(({ [field as string]: _, general: __, ...rest }) => rest);
  }
  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (saving.isPending) return;
    const found: Partial<Record<string, string>> = {};
    for (const [field, reason] of Object.entries(check?.(values) ?? {})) if (reason) found[field] = reason as string;
    if (Object.keys(found).length > 0) refuse(found);
    else saving.mutate();
  }
  return {
    ref: form,
    values,
    errors,
    isDirty,
    isSaving: saving.isPending,
    set,
    submit,
    /** What a field of text needs. */
    text: (field: keyof T & string) => ({
      value: String(values[field] ?? ""),
      error: errors[field],
      onChange: (event: { currentTarget: { value: string } }) => set(field, event.currentTarget.value as T[typeof field]),
      autoComplete: "off",
      spellCheck: false,
      withAsterisk: false,
    }),
  };
}

/** Closes what is open on Esc, unless something was typed into it. */
export function useEscape(isDirty: boolean, close: () => void): void {
  const latest = useRef({ isDirty, close });
  latest.current = { isDirty, close };
  useEffect(() => {
    function listen(event: KeyboardEvent) {
      if (event.key !== "Escape" || latest.current.isDirty) return;
      const others = document.querySelectorAll<HTMLElement>("[role=dialog], [role=menu], [role=listbox]");
      if ([...others].some((each) => each.checkVisibility())) return;
      latest.current.close();
    }
    // Before anything else hears of it: a list that is open is to be closed first, and is still open now.
    document.addEventListener("keydown", listen, true);
    return () => document.removeEventListener("keydown", listen, true);
  }, []);
}
