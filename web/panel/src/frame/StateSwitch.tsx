// My state with its timer: one click to change it, the reasons below.
import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { word } from "../i18n";
import { useDesk, useLive } from "../live/store";
import { Timer } from "../parts/Timer";
import { DownIcon } from "../parts/icons";
import { useErrorText } from "../parts/states";
import { reasonText } from "./Notices";
import { REASONS, useAskFor } from "./state";

const WANTED = { ready: "ready", not_ready: "not_ready", signed_out: "offline" } as const;

export function StateSwitch() {
  const { t } = useTranslation();
  const { agent } = useDesk();
  const { connection } = useLive();
  const askFor = useAskFor();
  const errorText = useErrorText();
  if (!agent) return null;
  const isAsWanted = WANTED[agent.wanted as keyof typeof WANTED] === agent.state;
  const reason = reasonText(agent.reason);
  const isInCall = agent.state === "talking" || agent.state === "wrap_up" || agent.state === "reserved";
  return (
    <Menu position="bottom-end" width={220} offset={4} shadow="sm">
      <Menu.Target>
        <button
          type="button"
          className="state-button"
          data-state={agent.state}
          disabled={connection !== "live"}
          title={t("state.change")}
        >
          <span className="lamp" aria-hidden="true" />
          <span className="state-word">{word("state", agent.state)}</span>
          {agent.since && <Timer since={agent.since} />}
          {isAsWanted && agent.state === "not_ready" && reason && <span className="quiet wide cut">{reason}</span>}
          {isInCall && agent.wanted !== "ready" && (
            <span className="quiet wide">
              {t("state.after", { state: word("state", WANTED[agent.wanted as keyof typeof WANTED]) })}
            </span>
          )}
          <DownIcon />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<span className="lamp" data-state="ready" aria-hidden="true" />}
          onClick={() => askFor.mutate({ wanted: "ready", reason: null })}
        >
          {t("state.go_ready")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("reasons")}</Menu.Label>
        {REASONS.map((each) => (
          <Menu.Item
            key={each}
            leftSection={<span className="lamp" data-state="not_ready" aria-hidden="true" />}
            onClick={() => askFor.mutate({ wanted: "not_ready", reason: each })}
          >
            {t(`reason.${each}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<span className="lamp hollow" data-state="offline" aria-hidden="true" />}
          onClick={() => askFor.mutate({ wanted: "signed_out", reason: null })}
        >
          {t("state.go_offline")}
        </Menu.Item>
      </Menu.Dropdown>
      {askFor.isError && (
        <span className="error toast" role="alert">
          {t("state.failed", { reason: errorText(askFor.error) })}
        </span>
      )}
    </Menu>
  );
}
