import { useTranslation } from "react-i18next";
import type { DeskCall, KnownCaller } from "../live/desk";

/** Who calls, in one line. */
export function useHeadline(): (call: DeskCall, chosen: KnownCaller | null) => string {
  const { t } = useTranslation();
  return (call, chosen) => {
    if (chosen) return chosen.name;
    if (call.contacts.length > 1) return call.contacts.map((contact) => contact.name).join(" / ");
    if (call.caller_name && call.caller_name !== call.caller_number) return call.caller_name;
    return t(call.caller_number ? "caller.unknown" : "caller.withheld");
  };
}
