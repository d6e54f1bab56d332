import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Contact, api } from "../api/client";
import type { DeskCall } from "../live/desk";
import { desk, useLive } from "../live/store";
import { useErrorText } from "../parts/states";
import { queries } from "../queries";

/** Somebody whom nobody knows yet: a record with the number filled in. */
interface Props {
  call: DeskCall;
  number: string;
  /** The only company with that number: whoever is new belongs to it. */
  company: { id: number; name: string } | null;
  /** Whether anything is known by that number. */
  isKnown: boolean;
}

export function NewCaller({ call, number, company: employer, isKnown }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const isLive = useLive().connection === "live";
  const [name, setName] = useState(call.caller_name && call.caller_name !== number ? call.caller_name : "");
  const [company, setCompany] = useState(employer?.name ?? "");
  const save = useMutation({
    mutationFn: () =>
      api<Contact>("/contacts", {
        method: "POST",
        body: {
          name: name.trim(),
          numbers: [number],
          ...(employer && company.trim() === employer.name
            ? { company_id: employer.id }
            : { company: company.trim() || null }),
        },
      }),
    onSuccess: (contact) => {
      void queries.invalidateQueries({ queryKey: ["contacts"] });
      desk.addCaller(call.call_id, { id: contact.id, name: contact.name, company: company.trim() || null });
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form className="new-caller" onSubmit={submit}>
      <p className="hint">{t(isKnown ? "caller.company.hint" : "caller.unknown.hint")}</p>
      <div className="fields">
        <TextInput
          label={t("caller.create.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
          withAsterisk={false}
          autoComplete="off"
        />
        <TextInput
          label={t("caller.create.company")}
          value={company}
          onChange={(event) => setCompany(event.currentTarget.value)}
          autoComplete="off"
        />
        <Button type="submit" variant="default" loading={save.isPending} disabled={!isLive || name.trim() === ""}>
          {t("caller.create.save")}
        </Button>
      </div>
      {save.isError && (
        <p className="error" role="alert">
          {t("caller.create.failed", { reason: errorText(save.error) })}
        </p>
      )}
    </form>
  );
}
