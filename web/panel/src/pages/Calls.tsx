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
import { SHOWN, type Shown } from "../router";
import { dayAndClock, duration, secondsBetween } from "../time";

const ROWS = 50;

export function CallsPage() {
  const { t } = useTranslation();
  const now = useNow();
  const navigate = useNavigate();
  const { show = "all", q = "" } = useSearch({ from: "/calls" });
  const isFiltered = show !== "all" || q !== "";
  const calls = useInfiniteQuery({
    queryKey: ["calls", "list", show, q],
    queryFn: ({ pageParam }) =>
      api<CallList>(
        `/calls?limit=${ROWS}&show=${show}&q=${encodeURIComponent(q)}&cursor=${encodeURIComponent(pageParam)}`,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const filter = (change: { show?: Shown; q?: string }) =>
    void navigate({ to: "/calls", search: { show, q: q || undefined, ...change }, replace: true });
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
        </div>
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
                  <td className="wide">{call.queue ?? t("none")}</td>
                  <td className="wide cut">{call.answered_by.join(", ") || t("none")}</td>
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
