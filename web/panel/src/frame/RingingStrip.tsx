// A call that rings shows on every page; on the desk itself it is the page.
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
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
  const rings = call?.phase === "offered" ? call : null;
  const name = rings ? headline(rings, chosenContact(desk, rings)) : null;
  useEffect(() => {
    document.title = name ? `☎ ${name}` : t("app");
  }, [name, t]);
  if (!rings || isDesk) return null;
  return (
    <Link to="/desk" className="bar ringing">
      <span className="lamp pulse" aria-hidden="true" />
      <strong>{t("phase.offered")}</strong>
      <span className="grow cut">{name}</span>
      <span className="number">{rings.caller_number}</span>
      <Timer since={rings.offered_at} />
      <span className="wide">{t("call.answer_hint")}</span>
    </Link>
  );
}
