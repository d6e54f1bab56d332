// My calls of today, newest first, and how much that was.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Call, type CallList, api } from "../api/client";
import { isMissed } from "../calls/kinds";
import { useNow } from "../clock";
import { word } from "../i18n";
import { Way } from "../parts/icons";
import { Empty, ErrorNote, SkeletonRows } from "../parts/states";
import { useMe } from "../session";
import { clock, duration, secondsBetween } from "../time";

const MOST = 100;

const talkedSeconds = (call: Call) =>
  call.answered_at && call.ended_at ? secondsBetween(call.answered_at, call.ended_at) : 0;

export function MyDay() {
  const { t } = useTranslation();
  const me = useMe();
  const midnight = new Date(useNow()).setHours(0, 0, 0, 0);
  const since = encodeURIComponent(new Date(midnight).toISOString());
  const calls = useQuery({
    queryKey: ["calls", "mine", midnight],
    queryFn: () => api<CallList>(`/calls?limit=${MOST}&user_id=${me.id}&since=${since}`),
  });
  const items = calls.data?.items ?? [];
  const talked = items.reduce((sum, call) => sum + talkedSeconds(call), 0);
  return (
    <section aria-label={t("mine.title")}>
      <h2 className="with-figure">
        <span>{t("mine.title")}</span>
        {items.length > 0 && (
          <span className="quiet" title={t("mine.figure")}>
            {items.length} · {duration(talked)}
          </span>
        )}
      </h2>
      {calls.isPending && <SkeletonRows rows={8} />}
      {calls.isError && !calls.data && <ErrorNote error={calls.error} retry={() => void calls.refetch()} />}
      {calls.data && items.length === 0 && <Empty text={t("mine.empty")} />}
      {items.map((call) => (
        <CallRow key={call.call_id} call={call} />
      ))}
    </section>
  );
}

function CallRow({ call }: { call: Call }) {
  const { t } = useTranslation();
  const isOut = call.direction === "outbound";
  const who = (isOut ? call.dialed : (call.caller_name ?? call.caller_number)) ?? t("caller.withheld");
  return (
    <Link to="/calls/$callId" params={{ callId: call.call_id }} className="row">
      <span className="when">{clock(call.started_at)}</span>
      <Way direction={call.direction} label={word("direction", call.direction)} />
      <span className="grow cut" title={who}>
        {who}
      </span>
      <span className={isMissed(call) ? "alarm-text" : "quiet"}>
        {call.outcome === "answered" && call.ended_at ? duration(talkedSeconds(call)) : word("outcome", call.outcome)}
      </span>
    </Link>
  );
}
