// Teams: whose calls, tasks and states their supervisors see.
import { MultiSelect, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Team, type User, api } from "../../api/client";
import { RowLink } from "../../parts/RowLink";
import { useMay } from "../../rights";
import { holds, useTeams, useUsers } from "./data";
import { useForm } from "./form";
import { Section, SideForm } from "./parts";
import { did } from "./undo";

export function TeamsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { q = "", edit } = useSearch({ from: "/admin/teams" });
  const teams = useTeams();
  const users = useUsers();
  const go = (search: { q?: string; edit?: string }) => void navigate({ to: "/admin/teams", search, replace: true });
  const close = () => go({ q: q || undefined });
  const all = teams.data ?? [];
  const names = (team: Team) => (users.data ?? []).filter((user) => team.members.includes(user.id)).map((user) => user.name);
  const shown = all.filter((team) => holds(q, team.name, ...names(team)));
  const opened = edit === "new" ? null : all.find((team) => String(team.id) === edit);
  const isOpen = (edit === "new" || opened) && users.data;
  return (
    <Section
      title={t("admin.teams")}
      q={q}
      onFilter={(text) => go({ q: text || undefined, edit })}
      filterLabel={t("admin.teams.filter")}
      add={may("create", "team") ? { text: t("admin.teams.add"), onClick: () => go({ q: q || undefined, edit: "new" }) } : null}
      rows={teams}
      shown={shown}
      empty={t("admin.teams.empty")}
      form={isOpen && <TeamForm key={edit} team={opened ?? null} users={users.data} onClose={close} />}
    >
      <table className="table admin-table teams-table">
        <thead>
          <tr>
            <th scope="col">{t("col.name")}</th>
            <th scope="col">{t("admin.team.members")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((team) => (
            <tr key={team.id} data-chosen={String(team.id) === edit || undefined}>
              <td className="cut">
                <RowLink to="/admin/teams" search={{ q: q || undefined, edit: String(team.id) }} replace>
                  {team.name}
                </RowLink>
              </td>
              <td className="cut">
                <span className="quiet">{team.members.length}</span> {names(team).join(", ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function TeamForm({ team, users, onClose }: { team: Team | null; users: User[]; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const patch = (body: object) => api<Team>(`/teams/${team?.id}`, { method: "PATCH", body });
  const form = useForm({
    initial: { name: team?.name ?? "", members: team?.members.map(String) ?? [] },
    check: ({ name }) => ({ name: name.trim() === "" ? t("admin.reason.empty") : null }),
    save: async ({ name, members }) => {
      const body = { name, members: members.map(Number) };
      if (team) {
        await patch(body);
        did({ text: t("admin.saved", { name }), undo: () => patch({ name: team.name, members: team.members }) });
      } else {
        await api<Team>("/teams", { method: "POST", body });
        did({ text: t("admin.added", { name: t("admin.thing.team", { name }) }) });
        onClose();
      }
    },
  });
  return (
    <SideForm
      title={team ? team.name : t("admin.teams.new")}
      form={form}
      isNew={team === null}
      readOnly={team !== null && !may("change", "team")}
      onClose={onClose}
    >
      <TextInput label={t("col.name")} {...form.text("name")} required autoFocus={team === null} />
      <MultiSelect
        label={t("admin.team.members")}
        description={t("admin.team.members.hint")}
        data={users.map((user) => ({ value: String(user.id), label: `${user.name} (${user.login})` }))}
        value={form.values.members}
        error={form.errors.members}
        searchable
        hidePickedOptions
        nothingFoundMessage={t("admin.nothing_found")}
        onChange={(members) => form.set("members", members)}
      />
    </SideForm>
  );
}
