import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type CallList, api } from "../api/client";
import { isMissed } from "../calls/kinds";
import { useNow } from "../clock";
import { word } from "../i18n";
import { FilterBox } from "../parts/FilterBox";
import { Way } from "../parts/icons";
import { RowLink } from "../parts/RowLink";
import { Empty, ErrorNote, SkeletonRows } from "../parts/states";
import { Timer } from "../parts/Timer";
import { useAgents, useNames } from "../parts/agents";
import { useQueueLabel, useQueueNames } from "../parts/queueNames";
import { type CallSearch, SHOWN } from "../router";
import { useMe } from "../session";
import { dayAndClock, dayBounds, duration, secondsBetween } from "../time";

const ROWS = 50;

export function CallsPage() {
  const { t } = useTranslation();
  const now = useNow();
  const navigate = useNavigate();
  const me = useMe();
  const names = useNames();
  const agents = useAgents();
  const queues = useQueueNames();
  const queueLabel = useQueueLabel();
  const search = useSearch({ from: "/calls" });
  const { show = "all", q = "", mine, agent, queue, day } = search;
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  const calls = useInfiniteQuery({
    queryKey: ["calls", "list", show, q, mine ? me.id : agent, queue, day],
    queryFn: ({ pageParam }) => {
      const asked = new URLSearchParams({ limit: String(ROWS), show, q, cursor: pageParam });
      if (mine || agent) asked.set("user_id", String(mine ? me.id : agent));
      if (queue) asked.set("queue", queue);
      const [since, until] = day ? dayBounds(day) : [null, null];
      if (since) asked.set("since", since);
      if (until) asked.set("until", until);
      return api<CallList>(`/calls?${asked}`);
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const filter = (change: CallSearch) => void navigate({ to: "/calls", search: { ...search, ...change }, replace: true });
  const items = calls.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <div className="list-page">
      <div className="list-head">
        <h1>{t("calls.title")}</h1>
        <div className="chips" role="group" aria-label={t("calls.title")}>
          {SHOWN.map((each) => (
            <button type="button" key={each} aria-pressed={show === each} onClick={() => filter({ show: each })}>
              {t(`calls.${each}`)}
            </button>
          ))}
          <span className="chips-gap" />
          <button
            type="button"
            aria-pressed={mine === true}
            onClick={() => filter({ mine: mine ? undefined : true, agent: undefined })}
          >
            {t("calls.mine")}
          </button>
        </div>
        {queues.length > 1 && (
          <select
            className="filter-select"
            aria-label={t("calls.by_queue")}
            value={queue ?? ""}
            onChange={(event) => filter({ queue: event.currentTarget.value || undefined })}
          >
            <option value="">{t("calls.any_queue")}</option>
            {queues.map((each) => (
              <option key={each.name} value={each.name}>
                {each.label}
              </option>
            ))}
          </select>
        )}
        {agents.length > 1 && (
          <select
            className="filter-select"
            aria-label={t("calls.by_agent")}
            value={agent ?? ""}
            onChange={(event) =>
              filter({ agent: Number(event.currentTarget.value) || undefined, mine: undefined })
            }
          >
            <option value="">{t("calls.any_agent")}</option>
            {agents.map((each) => (
              <option key={each.user_id} value={each.user_id}>
                {each.name}
              </option>
            ))}
          </select>
        )}
        <input
          className="filter-select"
          type="date"
          aria-label={t("calls.day")}
          value={day ?? ""}
          onChange={(event) => filter({ day: event.currentTarget.value || undefined })}
        />
        <FilterBox value={q} label={t("calls.filter")} onChange={(text) => filter({ q: text || undefined })} />
      </div>
      {calls.isPending && <SkeletonRows rows={15} />}
      {calls.isError && !calls.data && <ErrorNote error={calls.error} retry={() => void calls.refetch()} />}
      {calls.data && items.length === 0 && (
        <Empty text={t(isFiltered ? "calls.empty.filtered" : "calls.empty")}>
          {isFiltered && (
            <Button variant="default" onClick={() => void navigate({ to: "/calls" })}>
              {t("calls.clear")}
            </Button>
          )}
        </Empty>
      )}
      {items.length > 0 && (
        <div className="table-scroll">
          <table className="table calls-table">
            <thead>
              <tr>
                <th scope="col">{t("col.time")}</th>
                <th scope="col" className="narrow">
                  <span className="hidden">{t("direction.inbound")}</span>
                </th>
                <th scope="col">{t("col.who")}</th>
                <th scope="col" className="wide">
                  {t("col.dialed")}
                </th>
                <th scope="col" className="wide">
                  {t("col.queue")}
                </th>
                <th scope="col" className="wide">
                  {t("col.agent")}
                </th>
                <th scope="col" className="figure">
                  {t("col.length")}
                </th>
                <th scope="col">{t("col.outcome")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((call) => (
                <tr key={call.call_id} data-state={call.outcome === "in_progress" ? "talking" : undefined}>
                  <td className="quiet">{dayAndClock(call.started_at, now)}</td>
                  <td className="narrow">
                    <Way direction={call.direction} label={word("direction", call.direction)} />
                  </td>
                  <td className="cut">
                    <RowLink to="/calls/$callId" params={{ callId: call.call_id }}>
                      {call.caller_name ?? call.caller_number ?? t("caller.withheld")}
                    </RowLink>
                    {call.caller_name && call.caller_number && call.caller_name !== call.caller_number && (
                      <span className="quiet wide"> {call.caller_number}</span>
                    )}
                  </td>
                  <td className="wide">{call.dialed ?? t("none")}</td>
                  <td className="wide">{call.queue ? queueLabel(call.queue) : t("none")}</td>
                  <td className="wide cut">{names(call.answered_by) || t("none")}</td>
                  <td className="figure">
                    {call.answered_at === null ? (
                      t("none")
                    ) : call.ended_at === null ? (
                      <Timer since={call.answered_at} />
                    ) : (
                      duration(secondsBetween(call.answered_at, call.ended_at))
                    )}
                  </td>
                  <td className={isMissed(call) ? "alarm-text" : call.outcome === "in_progress" ? "state-text" : ""}>
                    {word("outcome", call.outcome)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="list-foot">
            <span className="quiet">{t("calls.loaded", { count: items.length })}</span>
            {calls.hasNextPage && (
              <Button
                variant="default"
                size="compact-sm"
                loading={calls.isFetchingNextPage}
                onClick={() => void calls.fetchNextPage()}
              >
                {t("calls.more")}
              </Button>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
