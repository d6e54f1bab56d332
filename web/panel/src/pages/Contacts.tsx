import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type ContactList, api } from "../api/client";
import { FilterBox } from "../parts/FilterBox";
import { RowLink } from "../parts/RowLink";
import { Empty, ErrorNote, SkeletonRows } from "../parts/states";

const ROWS = 50;

export function ContactsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { q = "" } = useSearch({ from: "/contacts" });
  const contacts = useInfiniteQuery({
    queryKey: ["contacts", "list", q],
    queryFn: ({ pageParam }) =>
      api<ContactList>(`/contacts?limit=${ROWS}&q=${encodeURIComponent(q)}&cursor=${encodeURIComponent(pageParam)}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const items = contacts.data?.pages.flatMap((page) => page.items) ?? [];
  const filter = (text: string) =>
    void navigate({ to: "/contacts", search: { q: text || undefined }, replace: true });
  return (
    <div className="list-page">
      <div className="list-head">
        <h1>{t("contacts.title")}</h1>
        <span className="space" />
        <FilterBox value={q} label={t("contacts.filter")} onChange={filter} />
      </div>
      {contacts.isPending && <SkeletonRows rows={15} />}
      {contacts.isError && !contacts.data && (
        <ErrorNote error={contacts.error} retry={() => void contacts.refetch()} />
      )}
      {contacts.data && items.length === 0 && (
        <Empty text={t(q ? "contacts.empty.filtered" : "contacts.empty")}>
          {q && (
            <Button variant="default" onClick={() => filter("")}>
              {t("contacts.clear")}
            </Button>
          )}
        </Empty>
      )}
      {items.length > 0 && (
        <div className="table-scroll">
          <table className="table contacts-table">
            <thead>
              <tr>
                <th scope="col">{t("col.name")}</th>
                <th scope="col">{t("col.company")}</th>
                <th scope="col" className="wide">
                  {t("col.numbers")}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((contact) => (
                <tr key={contact.id}>
                  <td className="cut">
                    <RowLink to="/contacts/$contactId" params={{ contactId: String(contact.id) }}>
                      {contact.name}
                    </RowLink>
                  </td>
                  <td className="cut">{contact.company ?? t("none")}</td>
                  <td className="wide cut">
                    {contact.numbers.map((number) => number.e164 ?? number.typed).join(", ") || t("none")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {contacts.hasNextPage && (
            <div className="list-foot">
              <Button
                variant="default"
                size="compact-sm"
                loading={contacts.isFetchingNextPage}
                onClick={() => void contacts.fetchNextPage()}
              >
                {t("contacts.more")}
              </Button>
            </div>
          )}
        </div>
      )}
    </div>
  );
}
