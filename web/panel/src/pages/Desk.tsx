// The desk: the call is the page. Left my last calls, in the middle the call or what to wait for.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type CallList, api } from "../api/client";
import { useNow } from "../clock";
import { CallPanel } from "../desk/CallPanel";
import { WrapUp } from "../desk/WrapUp";
import { word } from "../i18n";
import { currentCall } from "../live/desk";
import { useDesk } from "../live/store";
import { Way } from "../parts/icons";
import { Empty, ErrorNote, SkeletonRows } from "../parts/states";
import { isMissed } from "../calls/kinds";
import { dayOrClock, duration, secondsBetween } from "../time";


export function DeskPage() {
  const desk = useDesk();
  const call = currentCall(desk);
  return (
    <div className="desk">
      <aside className="side">
        <MyCalls />
      </aside>
      <section className="stage">
        {desk.agent?.state === "wrap_up" && <WrapUp agent={desk.agent} />}
        {call ? <CallPanel key={call.call_id} call={call} /> : <Idle />}
      </section>
    </div>
  );
}

function Idle() {
  const { t } = useTranslation();
  const { agent } = useDesk();
  if (agent === undefined) return <SkeletonRows rows={8} />;
  const key = agent === null ? "idle.no_agent" : agent.wanted === "ready" ? "idle.ready" : "idle.not_ready";
  return (
    <div className="idle">
      <Empty title={t(`${key}.title`)} text={t(`${key}.text`)} />
    </div>
  );
}

function MyCalls() {
  const { t } = useTranslation();
  const now = useNow();
  const calls = useQuery({ queryKey: ["calls", "mine"], queryFn: () => api<CallList>("/calls?limit=18") });
  return (
    <>
      <h2>{t("mine.title")}</h2>
      {calls.isPending && <SkeletonRows rows={8} />}
      {calls.isError && !calls.data && <ErrorNote error={calls.error} retry={() => void calls.refetch()} />}
      {calls.data?.items.length === 0 && <Empty text={t("mine.empty")} />}
      {calls.data?.items.map((call) => {
        const isOut = call.direction === "outbound";
        const who = (isOut ? call.dialed : (call.caller_name ?? call.caller_number)) ?? t("caller.withheld");
        const talked = call.answered_at && call.ended_at ? secondsBetween(call.answered_at, call.ended_at) : null;
        return (
          <Link key={call.call_id} to="/calls/$callId" params={{ callId: call.call_id }} className="row">
            <span className="when">{dayOrClock(call.started_at, now)}</span>
            <Way direction={call.direction} label={word("direction", call.direction)} />
            <span className="grow cut" title={who}>
              {who}
            </span>
            <span className={isMissed(call) ? "alarm-text" : "quiet"}>
              {call.outcome === "answered" && talked !== null ? duration(talked) : word("outcome", call.outcome)}
            </span>
          </Link>
        );
      })}
    </>
  );
}
