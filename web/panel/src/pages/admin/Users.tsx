// Who works here: what each is, where they take calls, and for which queues.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Phone, Queue, User } from "../../api/client";
import { word } from "../../i18n";
import { RowLink } from "../../parts/RowLink";
import { useMay } from "../../rights";
import { UserForm } from "./UserForm";
import { holds, known, usePbx, usePhones, useQueues, useTeams, useUsers } from "./data";
import { Once, Section, type Secret } from "./parts";

const SHOWN = ["active", "inactive", "all"] as const;

export function UsersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { q = "", edit } = useSearch({ from: "/admin/users" });
  const [shows, setShows] = useState<(typeof SHOWN)[number]>("active");
  const [once, setOnce] = useState<{ title: string; secrets: Secret[]; note?: string } | null>(null);
  const users = useUsers();
  const phones = usePhones();
  const queues = useQueues();
  const teams = useTeams();
  const pbx = usePbx();
  const go = (search: { q?: string; edit?: string }) => void navigate({ to: "/admin/users", search, replace: true });
  const close = () => go({ q: q || undefined });

  const all = users.data ?? [];
  const shown = all.filter(
    (user) =>
      (shows === "all" || user.active === (shows === "active")) &&
      holds(q, user.name, user.login, user.phone, word("role", user.role), ...user.teams.map((team) => team.name)),
  );
  const opened = edit === "new" ? "new" : all.find((user) => String(user.id) === edit);
  const isReady = !phones.isPending && !queues.isPending && !teams.isPending;

  let form = null;
  if (once) form = <Once {...once} onDone={() => setOnce(null)} />;
  else if (opened && isReady) {
    form = (
      <UserForm
        key={edit}
        user={opened === "new" ? null : opened}
        users={all}
        phones={phones.data ?? []}
        queues={queues.data ?? []}
        teams={teams.data ?? []}
        pbx={pbx.data}
        onClose={close}
        onOnce={(told) => {
          setOnce(told);
          if (opened === "new") close();
        }}
        onSaved={() => opened === "new" && close()}
      />
    );
  }

  return (
    <Section
      title={t("admin.users")}
      q={q}
      onFilter={(text) => go({ q: text || undefined, edit })}
      filterLabel={t("admin.users.filter")}
      chips={
        <div className="chips" role="group" aria-label={t("admin.users.shown")}>
          {SHOWN.map((each) => (
            <button type="button" key={each} aria-pressed={shows === each} onClick={() => setShows(each)}>
              {t(`admin.users.shown.${each}`)}
            </button>
          ))}
        </div>
      }
      add={may("create", "user") ? { text: t("admin.users.add"), onClick: () => (setOnce(null), go({ q: q || undefined, edit: "new" })) } : null}
      rows={users}
      shown={shown}
      empty={t(shows === "inactive" ? "admin.users.none_inactive" : "admin.users.empty")}
      form={form}
    >
      <table className="table admin-table users-table">
        <thead>
          <tr>
            <th scope="col">{t("col.name")}</th>
            <th scope="col" className="wide">{t("admin.col.login")}</th>
            <th scope="col">{t("admin.col.role")}</th>
            <th scope="col" className="wide roomy">{t("admin.col.team")}</th>
            <th scope="col">{t("admin.col.phone")}</th>
            <th scope="col" className="wide">{t("admin.col.queues")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((user) => (
            <tr key={user.id} data-off={user.active ? undefined : true} data-chosen={String(user.id) === edit || undefined}>
              <td className="cut">
                <RowLink to="/admin/users" search={{ q: q || undefined, edit: String(user.id) }} replace onClick={() => setOnce(null)}>
                  {user.name}
                </RowLink>
              </td>
              <td className="cut quiet wide">{user.login}</td>
              <td className="cut">{user.active ? word("role", user.role) : t("admin.users.off")}</td>
              <td className="cut wide roomy">{user.teams.map((team) => team.name).join(", ") || t("none")}</td>
              <td className="cut">
                <PhoneOf user={user} phones={phones.data} />
              </td>
              <td className="cut wide">{queuesOf(user, queues.data) || t("none")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function PhoneOf({ user, phones }: { user: User; phones: Phone[] | undefined }) {
  const { t } = useTranslation();
  if (user.phone === null) return <span className="quiet">{t("none")}</span>;
  const isMissing = phones !== undefined && !phones.some((phone) => phone.account === user.phone);
  if (!isMissing) return <>{user.phone}</>;
  return (
    <span className="alarm-text" title={t("admin.users.phone_missing.hint")}>
      {t("admin.users.phone_missing", { account: user.phone })}
    </span>
  );
}

const queuesOf = (user: User, queues: Queue[] | undefined) =>
  (queues ?? [])
    .filter((queue) => user.phone !== null && queue.members.includes(user.phone))
    .map(known)
    .join(", ");
