// A field that is text until it is touched: Enter or leaving it saves, Esc puts back what was.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "./states";

interface Props {
  label: string;
  value: string;
  placeholder?: string;
  /** Several lines, one thing each. */
  lines?: boolean;
  /** Shown as a heading, its label for those who cannot see. */
  isTitle?: boolean;
  readOnly?: boolean;
  required?: boolean;
  onSave: (text: string) => Promise<unknown>;
}

export function InlineField({ label, value, placeholder, lines, isTitle, readOnly, required, onSave }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const id = useId();
  const [text, setText] = useState(value);
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  const touched = useRef(false);
  useEffect(() => {
    if (!touched.current) setText(value);
  }, [value]);

  async function save() {
    const wanted = text.trim();
    if (!touched.current || isSaving) return;
    if (wanted === value || (required && wanted === "")) return back();
    setIsSaving(true);
    setError(null);
    try {
      await onSave(wanted);
      touched.current = false;
    } catch (problem) {
      setError(problem); // What was typed stays, to be mended.
    } finally {
      setIsSaving(false);
    }
  }
  function back() {
    touched.current = false;
    setText(value);
    setError(null);
  }
  const common = {
    id,
    value: text,
    placeholder: readOnly ? undefined : placeholder,
    readOnly,
    autoComplete: "off",
    "aria-invalid": error !== null || undefined,
    "aria-busy": isSaving || undefined,
    onChange: (event: { currentTarget: { value: string } }) => {
      touched.current = true;
      setText(event.currentTarget.value);
    },
    onBlur: () => void save(),
    onKeyDown: (event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      if (event.key === "Escape") {
        back();
        event.currentTarget.blur();
      } else if (event.key === "Enter" && !(lines && event.shiftKey) && !(lines && !event.ctrlKey)) {
        event.preventDefault();
        event.currentTarget.blur();
      }
    },
  };
  return (
    <div className={isTitle ? "inline-field inline-title" : "inline-field"}>
      <label htmlFor={id} className={isTitle ? "hidden" : undefined}>
        {label}
      </label>
      {lines ? <textarea rows={Math.max(1, text.split("\n").length)} {...common} /> : <input {...common} />}
      {error !== null && (
        <span className="error" role="alert">
          {t("field.failed", { reason: errorText(error) })}
        </span>
      )}
    </div>
  );
}
