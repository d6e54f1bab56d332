// A call that rings or goes on shows on every page; on the desk itself it is the page.
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { HangUp } from "../desk/HangUp";
import { chosenContact, currentCall } from "../live/desk";
import { useDesk } from "../live/store";
import { Timer } from "../parts/Timer";
import { useHeadline } from "../parts/caller";

export function RingingStrip() {
  const { t } = useTranslation();
  const desk = useDesk();
  const isDesk = useLocation({ select: (location) => location.pathname === "/desk" });
  const headline = useHeadline();
  const call = currentCall(desk);
  const name = call ? headline(call, chosenContact(desk, call)) : null;
  const ringing = call?.phase === "offered" ? name : null;
  useEffect(() => {
    document.title = ringing ? `☎ ${ringing}` : t("app");
  }, [ringing, t]);
  if (!call || isDesk) return null;
  if (call.phase === "answered") {
    return (
      <div className="bar talking">
        <Link to="/desk" className="bar-link">
          <span className="lamp" aria-hidden="true" />
          <strong>{t("phase.answered")}</strong>
          <Timer since={call.answered_at ?? call.offered_at} />
          <span className="grow cut">{name}</span>
        </Link>
        <HangUp callId={call.call_id} />
      </div>
    );
  }
  if (call.phase !== "offered") return null;
  return (
    <Link to="/desk" className="bar ringing">
      <span className="lamp pulse" aria-hidden="true" />
      <strong>{t("phase.offered")}</strong>
      <span className="grow cut">{name}</span>
      <span className="number">{call.caller_number}</span>
      <Timer since={call.offered_at} />
      <span className="wide">{t("call.answer_hint")}</span>
    </Link>
  );
}
