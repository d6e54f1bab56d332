import { useTranslation } from "react-i18next";
import { useDesk } from "../live/store";
import { PhoneIcon } from "../parts/icons";

const SAYS = {
  ready: "registered",
  reserved: "ringing",
  talking: "in_call",
  busy: "in_call",
  no_phone: "none",
} as const;

/** The desk phone, as far as the agent's state tells of it. */
export function PhoneLamp() {
  const { t } = useTranslation();
  const { agent } = useDesk();
  if (!agent) return null;
  const says = SAYS[agent.state as keyof typeof SAYS] ?? "unknown";
  const text = t(`phone.${says}`, { account: agent.account });
  return (
    <span className="phone-lamp" data-phone={says} title={text}>
      <PhoneIcon />
      <span className="wide">{text}</span>
    </span>
  );
}
