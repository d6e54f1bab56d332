import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDesk } from "../live/store";
import { useAskFor } from "./state";

export const MISSED = "missed a call";

/** What keeps calls away from this agent although they may not know. */
export function Notices() {
  const { t } = useTranslation();
  const { agent } = useDesk();
  const askFor = useAskFor();
  if (!agent) return null;
  if (agent.state === "no_phone") {
    return (
      <div className="bar alarm" role="status">
        {t("notice.no_phone", { account: agent.account })}
      </div>
    );
  }
  if (agent.wanted === "not_ready" && agent.reason === MISSED) {
    return (
      <div className="bar warn" role="status">
        <span className="grow">{t("notice.missed")}</span>
        <Button size="compact-sm" variant="default" onClick={() => askFor.mutate({ wanted: "ready", reason: null })}>
          {t("notice.ready")}
        </Button>
      </div>
    );
  }
  return null;
}
