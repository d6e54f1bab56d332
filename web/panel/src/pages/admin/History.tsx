// What was published: when, by whom, what it changed, and what Asterisk said to it.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Publication, api } from "../../api/client";
import { useNow } from "../../clock";
import { RowLink } from "../../parts/RowLink";
import { Empty, ErrorNote, SkeletonRows } from "../../parts/states";
import { dayAndClock } from "../../time";
import { sentence } from "./changes";
import { useUsers } from "./data";
import { useEscape } from "./form";
import { FormHead } from "./parts";

const ROWS = 50;
type List = { items: Publication[]; next_cursor: string | null };

export function HistoryPage() {
  const { t } = useTranslation();
  const now = useNow();
  const navigate = useNavigate();
  const { edit } = useSearch({ from: "/admin/publications" });
  const users = useUsers();
  const list = useInfiniteQuery({
    queryKey: ["admin", "publications"],
    queryFn: ({ pageParam }) => api<List>(`/publications?limit=${ROWS}&cursor=${encodeURIComponent(pageParam)}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const opened = items.find((each) => String(each.id) === edit);
  const who = (each: Publication) =>
    each.user_id === null
      ? t("admin.history.command_line")
      : (users.data?.find((user) => user.id === each.user_id)?.name ?? t("none"));
  const close = () => void navigate({ to: "/admin/publications", search: {}, replace: true });
  return (
    <div className="admin-section" data-open={opened ? true : undefined}>
      <div className="list-page">
        <div className="list-head">
          <h1>{t("admin.history")}</h1>
        </div>
        {list.isPending && <SkeletonRows rows={12} />}
        {list.isError && !list.data && <ErrorNote error={list.error} retry={() => void list.refetch()} />}
        {list.data && items.length === 0 && <Empty text={t("admin.history.empty")} />}
        {items.length > 0 && (
          <div className="table-scroll">
            <table className="table admin-table history-table">
              <thead>
                <tr>
                  <th scope="col">{t("col.time")}</th>
                  <th scope="col">{t("admin.history.by")}</th>
                  <th scope="col">{t("admin.history.result")}</th>
                  <th scope="col" className="wide">{t("admin.history.changes")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((each) => (
                  <tr key={each.id} data-chosen={String(each.id) === edit || undefined}>
                    <td className="cut">
                      <RowLink to="/admin/publications" search={{ edit: String(each.id) }} replace>
                        {each.at && dayAndClock(each.at, now)}
                      </RowLink>
                    </td>
                    <td className="cut">{who(each)}</td>
                    <td className="cut">
                      <ResultOf publication={each} />
                    </td>
                    <td className="cut wide">{each.changes.map((change) => sentence(t, change)).join(" ") || t("none")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            {list.hasNextPage && (
              <div className="list-foot">
                <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t("contacts.more")}
                </Button>
              </div>
            )}
          </div>
        )}
      </div>
      {opened && <Details publication={opened} who={who(opened)} onClose={close} />}
    </div>
  );
}

function ResultOf({ publication }: { publication: Publication }) {
  const { t } = useTranslation();
  const isTaken = publication.result === "published";
  return (
    <span className={isTaken ? undefined : "alarm-text"}>
      {isTaken ? "✓" : "✕"} {t(`admin.history.${publication.result}`)}
    </span>
  );
}

function Details({ publication, who, onClose }: { publication: Publication; who: string; onClose: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  useEscape(false, onClose);
  const title = publication.at ? dayAndClock(publication.at, now) : "";
  return (
    <aside className="admin-form" aria-label={title}>
      <FormHead title={title} onClose={onClose} />
      <div className="admin-once-body">
        <p>
          <ResultOf publication={publication} /> · {who}
        </p>
        {publication.problem && (
          <p className="history-said" role="note">
            {publication.problem}
          </p>
        )}
        {publication.changes.length > 0 && (
          <ol className="history-changes">
            {publication.changes.map((change, index) => (
              <li key={index}>{sentence(t, change)}</li>
            ))}
          </ol>
        )}
        {publication.files.length > 0 && (
          <p className="hint">{t("admin.history.files", { files: publication.files.join(", ") })}</p>
        )}
      </div>
    </aside>
  );
}
