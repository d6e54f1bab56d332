import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { LANGUAGES, type Language, speak } from "../i18n";
import { useErrorText } from "../parts/states";
import { hasEnded, signIn, signInWithToken } from "../session";

export function SignIn() {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const [usesToken, setUsesToken] = useState(false);
  const [login, setLogin] = useState("");
  const [secret, setSecret] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await (usesToken ? signInWithToken(secret.trim()) : signIn(login.trim(), secret));
    } catch (failure) {
      const status = failure instanceof ApiError ? failure.status : -1;
      if (status === 401 || status === 422) setError(t(usesToken ? "sign_in.refused.token" : "sign_in.refused"));
      else setError(status === 429 ? t("sign_in.tries") : errorText(failure));
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
        <div className="brand">
          <img src="/page/icon.svg" width="28" height="28" alt="" />
          {t("app")}
        </div>
        <h1>{t("sign_in.title")}</h1>
        {hasEnded() && error === null && <p className="hint">{t("sign_in.ended")}</p>}
        {!usesToken && (
          <TextInput
            label={t("sign_in.login")}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
            autoFocus
            required
            withAsterisk={false}
          />
        )}
        <PasswordInput
          key={String(usesToken)}
          label={t(usesToken ? "sign_in.token" : "sign_in.password")}
          description={usesToken ? t("sign_in.token.hint") : undefined}
          autoComplete={usesToken ? "off" : "current-password"}
          visibilityToggleButtonProps={{ "aria-label": t("sign_in.show") }}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          autoFocus={usesToken}
          required
          withAsterisk={false}
        />
        {error !== null && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
        <Button type="submit" loading={isBusy} fullWidth>
          {t("sign_in.button")}
        </Button>
        <button
          type="button"
          className="quiet-button"
          onClick={() => {
            setUsesToken(!usesToken);
            setSecret("");
            setError(null);
          }}
        >
          {t(usesToken ? "sign_in.with_password" : "sign_in.with_token")}
        </button>
      </form>
      <nav className="languages" aria-label={t("me.language")}>
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <button
            type="button"
            key={language}
            lang={language}
            className="quiet-button"
            aria-pressed={i18n.language === language}
            onClick={() => void speak(language as Language, true)}
          >
            {name}
          </button>
        ))}
      </nav>
    </main>
  );
}
