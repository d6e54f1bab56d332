import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Agent, api } from "../api/client";
import { useNow } from "../clock";
import { desk, useLive } from "../live/store";
import { useErrorText } from "../parts/states";
import { duration } from "../time";

/** The countdown of the after-call work, with more of it, or no more. */
export function WrapUp({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const now = useNow();
  const errorText = useErrorText();
  const isLive = useLive().connection === "live";
  const change = useMutation({
    mutationFn: (action: "extend" | "done") => api<Agent>("/agents/me/wrap-up", { method: "POST", body: { action } }),
    onSuccess: desk.agentIs,
  });
  const left = agent.wrap_up_until ? Math.floor((Date.parse(agent.wrap_up_until) - now) / 1000) : null;
  return (
    <div className="strip" data-state="wrap_up">
      <span className="lamp" aria-hidden="true" />
      <strong className="state-text wide">{t("wrap.title")}</strong>
      {left !== null && <span className="timer">{t("wrap.left", { time: duration(left) })}</span>}
      {change.isError && (
        <span className="error" role="alert">
          {t("wrap.failed", { reason: errorText(change.error) })}
        </span>
      )}
      <span className="space" />
      <Button variant="default" size="compact-md" disabled={!isLive} onClick={() => change.mutate("extend")}>
        {t("wrap.extend")}
      </Button>
      <Button size="compact-md" disabled={!isLive} onClick={() => change.mutate("done")}>
        {t("wrap.done")}
      </Button>
    </div>
  );
}
