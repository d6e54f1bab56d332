// One's own password: whoever was given one makes one that nobody else has seen.
import { Button, Modal, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../api/client";
import { reasonsByField } from "../parts/reasons";
import { useErrorText } from "../parts/states";

const SHORTEST = 10;

export function OwnPassword({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} title={t("me.password")} size="sm" centered lockScroll={false}>
      <PasswordForm onDone={onClose} />
    </Modal>
  );
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const change = useMutation({
    mutationFn: () => api("/me/password", { method: "POST", body: { current, new: wanted } }),
  });
  const named =
    change.error instanceof ApiError && change.error.status === 422 ? reasonsByField(t, change.error.errors) : {};
  const isShort = wanted !== "" && [...wanted].length < SHORTEST;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (current !== "" && wanted !== "" && !isShort) change.mutate();
  }
  if (change.isSuccess) {
    return (
      <div className="own-password" role="status">
        <p>{t("me.password.done")}</p>
        <Button onClick={onDone} data-autofocus>
          {t("me.password.close")}
        </Button>
      </div>
    );
  }
  return (
    <form className="own-password" onSubmit={submit} noValidate>
      <PasswordInput
        label={t("me.password.current")}
        value={current}
        error={named.current}
        autoComplete="current-password"
        data-autofocus
        onChange={(event) => (setCurrent(event.currentTarget.value), change.reset())}
      />
      <PasswordInput
        label={t("me.password.new")}
        description={t("me.password.hint")}
        value={wanted}
        error={isShort && change.isIdle ? t("admin.reason.short", { value: SHORTEST }) : named.new}
        autoComplete="new-password"
        onChange={(event) => (setWanted(event.currentTarget.value), change.reset())}
      />
      {change.isError && Object.keys(named).length === 0 && (
        <p className="error" role="alert">
          {change.error instanceof ApiError && change.error.status === 429 ? t("sign_in.tries") : errorText(change.error)}
        </p>
      )}
      <Button type="submit" loading={change.isPending} disabled={current === "" || wanted === "" || isShort}>
        {t("me.password.button")}
      </Button>
    </form>
  );
}
