// What happened with somebody, newest first: rows of 32 px, so that ten are seen at once.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Activity, type ActivityList, api } from "../api/client";
import { useNow } from "../clock";
import { word } from "../i18n";
import { dayAndClock, duration, secondsBetween } from "../time";
import { useNames } from "./agents";
import { Way } from "./icons";
import type { About } from "./Tasks";
import { Empty, ErrorNote, SkeletonRows } from "./states";

const SIGNS: Record<string, string> = { note: "✎", task: "☐", system: "·" };
const LONG_TEXT = 70;

interface CallData {
  direction?: string | null;
  answered_by?: string[];
  answered_at?: string | null;
  outcome?: string;
}

export const KINDS = ["", "call", "note", "task"] as const;
export type Kind = (typeof KINDS)[number];

interface Props {
  about: About;
  /** Only what is of that kind; "": everything. */
  kind?: Kind;
  rows: number;
  /** The call that is on the desk: it has not happened yet. */
  except?: string;
}

export function Timeline({ about, rows, except, kind = "" }: Props) {
  const { t } = useTranslation();
  const [records, id] = "contact" in about ? ["contacts", about.contact] : ["companies", about.company];
  const page = useInfiniteQuery({
    queryKey: ["timeline", records, id, rows, kind],
    queryFn: ({ pageParam }) =>
      api<ActivityList>(`/${records}/${id}/timeline?limit=${rows}&kind=${kind}&cursor=${encodeURIComponent(pageParam)}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  if (page.isPending) return <SkeletonRows rows={Math.min(rows, 8)} />;
  if (page.isError && !page.data) return <ErrorNote error={page.error} retry={() => void page.refetch()} />;
  const items = page.data.pages.flatMap((each) => each.items).filter((each) => each.call_id === null || each.call_id !== except);
  if (items.length === 0) return <Empty text={t(kind === "" ? "timeline.empty" : "timeline.empty.kind")} />;
  return (
    <>
      <ol className="timeline">
        {items.map((activity) => (
          <li key={activity.id}>
            <Row activity={activity} />
          </li>
        ))}
      </ol>
      {page.hasNextPage && (
        <Button variant="subtle" size="compact-sm" loading={page.isFetchingNextPage} onClick={() => void page.fetchNextPage()}>
          {t("calls.more")}
        </Button>
      )}
    </>
  );
}

function Row({ activity }: { activity: Activity }) {
  const { t } = useTranslation();
  const now = useNow();
  const names = useNames();
  const when = <span className="when wide-when">{dayAndClock(activity.at, now)}</span>;
  if (activity.kind !== "call" || activity.call_id === null) {
    const { outcome, done } = activity.data as { outcome?: string | null; done?: boolean };
    // The note may be long: the row shows its beginning, the rest on asking.
    const text = activity.kind === "note" ? (activity.text ?? "") : activity.title;
    const row = (
      <>
        {when}
        <span className="way" role="img" aria-label={word("activity", activity.kind)} title={word("activity", activity.kind)}>
          {SIGNS[activity.kind] ?? "·"}
        </span>
        <span className={done ? "grow cut quiet" : "grow cut"}>
          {outcome && <strong>{word("result", outcome)}</strong>}
          {outcome && text && " · "}
          {text}
        </span>
        <span className="quiet cut wide">{activity.author_name}</span>
      </>
    );
    if (text.length < LONG_TEXT && !text.includes("\n")) return <div className="row">{row}</div>;
    return (
      <details className="long-note">
        <summary className="row">{row}</summary>
        <p>{text}</p>
      </details>
    );
  }
  const data = activity.data as CallData;
  const isOut = data.direction === "outbound";
  const talked = data.answered_at && activity.ended_at ? secondsBetween(data.answered_at, activity.ended_at) : null;
  const outcome = data.outcome ?? "in_progress";
  const isMissed = !isOut && outcome !== "answered" && outcome !== "in_progress";
  return (
    <Link to="/calls/$callId" params={{ callId: activity.call_id }} className="row">
      {when}
      <Way direction={data.direction} label={word("direction", data.direction)} />
      <span className="grow cut">{t(isOut ? "timeline.call_out" : "timeline.call_in")}</span>
      <span className="quiet cut wide">{names(data.answered_by)}</span>
      <span className="length">{talked === null ? "" : duration(talked)}</span>
      <span className={isMissed ? "outcome alarm-text" : "outcome quiet"}>{word("outcome", outcome)}</span>
    </Link>
  );
}
