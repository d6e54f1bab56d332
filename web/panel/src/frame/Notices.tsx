import { Button } from "@mantine/core";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { word } from "../i18n";
import { useDesk } from "../live/store";
import { useAskFor } from "./state";

export const MISSED = "missed a call";

const REASONS_OF_OURS: Record<string, "reason.missed" | "reason.panel_lost"> = {
  [MISSED]: "reason.missed",
  "panel lost": "reason.panel_lost",
};

/** Why somebody is not ready, in the user's language where it is a reason of ours. */
export function reasonText(reason: string | null | undefined): string {
  const own = REASONS_OF_OURS[reason ?? ""];
  return own ? i18next.t(own) : word("reason", reason);
}

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
