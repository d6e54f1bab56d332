// One person: who they are, what they may do, the phone and the queues at which they take calls.
import { Button, Checkbox, MultiSelect, PasswordInput, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Pbx, type Phone, type PhoneSecret, type Queue, type Team, type User, api } from "../../api/client";
import { word } from "../../i18n";
import { useMay } from "../../rights";
import { useMe } from "../../session";
import { known, readAgain, useRoles } from "./data";
import { useForm } from "./form";
import { ACCOUNT, nextAccount, setupOf } from "./phoneSetup";
import { type Secret, SideForm } from "./parts";
import { newPassword } from "./passwords";
import { useReason } from "../../parts/reasons";
import { did } from "./undo";

const ROLES = ["agent", "supervisor", "manager", "admin"] as const;
const NONE = "-";
const NEW = "+";
const LOGIN = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const SHORTEST_PASSWORD = 10;

interface Props {
  user: User | null;
  users: User[];
  phones: Phone[];
  queues: Queue[];
  teams: Team[];
  pbx: Pbx | undefined;
  onClose: () => void;
  onSaved: () => void;
  onOnce: (told: { title: string; secrets: Secret[]; note?: string }) => void;
}

interface Values {
  name: string;
  login: string;
  role: User["role"];
  team_ids: string[];
  phone: string;
  /** The number of a phone that is not there yet. */
  account: string;
  queues: string[];
  password: string;
}

/** `Anna Petrova` is `anna.petrova`; names of other scripts give none. */
const loginFor = (name: string) =>
  name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .trim()
    .replace(/[^a-z0-9]+/g, ".")
    .replace(/^\.+|\.+$/g, "");

export function UserForm({ user, users, phones, queues, teams, pbx, onClose, onSaved, onOnce }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  // The installation's own roles tell themselves what they are for; before they are known, the user's is.
  const roles = useRoles();
  const others = [...new Set([...(roles.data ?? []).map((role) => role.name), user?.role ?? "agent"])].filter(
    (role) => !(ROLES as readonly string[]).includes(role),
  );
  const ofRole = (name: string) => roles.data?.find((role) => role.name === name)?.description;
  // What a failed try has stored already: the next one goes on from there.
  const [made, setMade] = useState<{ user: User; password: string } | null>(null);
  const [madePhone, setMadePhone] = useState<PhoneSecret | null>(null);
  const [ownLogin, setOwnLogin] = useState(false);
  const queuesAt = (account: string | null) =>
    account === null ? [] : queues.filter((queue) => queue.members.includes(account)).map((queue) => queue.name);
  const before = {
    name: user?.name ?? "",
    login: user?.login ?? "",
    role: user?.role ?? ("agent" as const),
    team_ids: user?.teams.map((team) => String(team.id)) ?? [],
    phone: user?.phone ?? NONE,
    account: madePhone?.account ?? nextAccount(phones),
    queues: queuesAt(user?.phone ?? null),
    password: "",
  };

  async function save(values: Values) {
    const password = made?.password ?? (values.password || newPassword());
    const fields = { name: values.name, role: values.role, team_ids: values.team_ids.map(Number) };
    let stored = user ?? made?.user ?? null;
    if (stored === null) {
      stored = await api<User>("/users", { method: "POST", body: { ...fields, login: values.login.trim(), password } });
      setMade({ user: stored, password });
    }
    let secret = madePhone;
    if (values.phone === NEW && secret === null) {
      const body = { account: values.account.trim(), name: values.name.trim() };
      secret = await api<PhoneSecret>("/phones", { method: "POST", body });
      setMadePhone(secret);
    }
    const phone = values.phone === NONE ? null : values.phone === NEW ? (secret?.account ?? null) : values.phone;
    const change: Record<string, unknown> = user || made ? { ...fields } : {};
    if (phone !== stored.phone) change.phone = phone;
    if (Object.keys(change).length > 0) {
      await api<User>(`/users/${stored.id}`, { method: "PATCH", body: change });
    }
    const members = await serve(queues, stored.phone, phone, phone === null ? [] : values.queues);
    if (user) {
      const was = { name: user.name, role: user.role, team_ids: user.teams.map((team) => team.id), phone: user.phone };
      did({
        text: t("admin.saved", { name: values.name }),
        undo: async () => {
          await api(`/users/${user.id}`, { method: "PATCH", body: was });
          for (const [id, list] of members) await api(`/queues/${id}`, { method: "PATCH", body: { members: list } });
        },
      });
    }
    const secrets: Secret[] = [];
    if (user === null) {
      secrets.push({
        title: t("admin.once.sign_in"),
        lines: [
          [t("sign_in.login"), stored.login],
          [t("sign_in.password"), password],
        ],
      });
    }
    if (values.phone === NEW && secret) secrets.push(setupOf(t, secret, pbx));
    if (secrets.length > 0) {
      const note = values.phone === NEW ? t("admin.once.publish") : undefined;
      onOnce({ title: values.name, secrets, note });
    }
    onSaved();
  }

  const form = useForm<Values>({
    initial: before,
    save,
    shownAs: { members: "queues" },
    check: (values) => ({
      name: values.name.trim() === "" ? t("admin.reason.empty") : null,
      login: user === null && !LOGIN.test(values.login.trim()) ? t("admin.reason.login") : null,
      account: values.phone === NEW && !ACCOUNT.test(values.account.trim()) ? t("admin.reason.safe_name") : null,
      password:
        values.password !== "" && values.password.length < SHORTEST_PASSWORD
          ? t("admin.reason.short", { value: SHORTEST_PASSWORD })
          : null,
    }),
  });
  const { values } = form;
  const mayPhones = may("create", "phone");
  const holderOf = (account: string) => users.find((each) => each.phone === account && each.id !== user?.id);
  const accounts = phones.map((phone) => phone.account);
  if (user?.phone && !accounts.includes(user.phone)) accounts.push(user.phone);
  const phoneChoices = [
    { value: NONE, label: t("admin.user.no_phone") },
    ...(mayPhones ? [{ value: NEW, label: t("admin.user.new_phone") }] : []),
    ...accounts
      .filter((account) => holderOf(account) === undefined)
      .map((account) => {
        const name = phones.find((phone) => phone.account === account)?.name;
        return { value: account, label: name ? `${account} · ${name}` : account };
      }),
  ];

  return (
    <SideForm
      title={user ? user.name : t("admin.users.new")}
      note={user && !user.active ? t("admin.user.off_note") : undefined}
      form={form}
      isNew={user === null}
      readOnly={user !== null && !may("change", "user")}
      onClose={onClose}
      more={user && user.id !== me.id && may("change", "user") ? <Activity user={user} /> : null}
    >
      <TextInput
        label={t("col.name")}
        {...form.text("name")}
        onChange={(event) => {
          const name = event.currentTarget.value;
          form.set("name", name);
          if (user === null && !ownLogin) form.set("login", loginFor(name));
        }}
        required
        data-autofocus={user === null || undefined}
        autoFocus={user === null}
      />
      {user === null ? (
        <TextInput
          label={t("sign_in.login")}
          description={t("admin.user.login.hint")}
          {...form.text("login")}
          onChange={(event) => {
            setOwnLogin(true);
            form.set("login", event.currentTarget.value);
          }}
          readOnly={made !== null}
          required
        />
      ) : (
        <p className="admin-fixed">
          <span>{t("sign_in.login")}</span> {user.login}
        </p>
      )}
      <Select
        label={t("admin.col.role")}
        description={i18next.exists(`admin.role.${values.role}`) ? word("admin.role", values.role) : ofRole(values.role)}
        inputWrapperOrder={["label", "input", "description", "error"]}
        data={[...ROLES, ...others].map((role) => ({ value: role, label: word("role", role) }))}
        value={values.role}
        error={form.errors.role}
        allowDeselect={false}
        onChange={(role) => form.set("role", (role ?? "agent") as User["role"])}
      />
      {teams.length > 0 && (
        <MultiSelect
          label={t("admin.teams")}
          data={teams.map((team) => ({ value: String(team.id), label: team.name }))}
          value={values.team_ids}
          error={form.errors.team_ids}
          searchable
          hidePickedOptions
          nothingFoundMessage={t("admin.nothing_found")}
          onChange={(ids) => form.set("team_ids", ids)}
        />
      )}
      <Select
        label={t("admin.col.phone")}
        description={values.phone === NONE ? t("admin.user.no_phone.hint") : undefined}
        inputWrapperOrder={["label", "input", "description", "error"]}
        data={phoneChoices}
        value={values.phone}
        error={form.errors.phone}
        searchable={phoneChoices.length > 8}
        allowDeselect={false}
        nothingFoundMessage={t("admin.nothing_found")}
        onChange={(phone) => form.set("phone", phone ?? NONE)}
      />
      {values.phone === NEW && (
        <TextInput
          label={t("admin.phone.account")}
          description={t("admin.phone.account.hint")}
          {...form.text("account")}
          readOnly={madePhone !== null}
          required
        />
      )}
      {values.phone !== NONE && queues.length > 0 && may("change", "queue") && (
        <Checkbox.Group
          label={t("admin.col.queues")}
          value={values.queues}
          error={form.errors.queues}
          onChange={(names) => form.set("queues", names)}
        >
          <div className="admin-checks">
            {queues.map((queue) => (
              <Checkbox key={queue.id} value={queue.name} label={known(queue)} size="sm" />
            ))}
          </div>
        </Checkbox.Group>
      )}
      {user === null ? (
        <PasswordInput
          label={t("sign_in.password")}
          description={t("admin.user.password.hint")}
          {...form.text("password")}
          autoComplete="new-password"
          readOnly={made !== null}
        />
      ) : (
        user.id !== me.id && may("change", "user") && <Password user={user} onOnce={onOnce} />
      )}
    </SideForm>
  );
}

/** Have exactly `names` rung at `phone`, and none at the phone before; what each changed queue had, to go back. */
async function serve(queues: Queue[], was: string | null, phone: string | null, names: string[]) {
  const before: [id: number, members: string[]][] = [];
  for (const queue of queues) {
    let members = queue.members.filter((each) => each !== was || (each === phone && names.includes(queue.name)));
    if (phone !== null) {
      if (!names.includes(queue.name)) members = members.filter((each) => each !== phone);
      else if (!members.includes(phone)) members = [...members, phone];
    }
    if (members.join() === queue.members.join()) continue;
    await api(`/queues/${queue.id}`, { method: "PATCH", body: { members } });
    before.push([queue.id, queue.members]);
  }
  return before;
}

function Activity({ user }: { user: User }) {
  const { t } = useTranslation();
  const reason = useReason();
  const set = (active: boolean) => api<User>(`/users/${user.id}`, { method: "PATCH", body: { active } });
  const change = useMutation({
    mutationFn: () => set(!user.active),
    onSuccess: async () => {
      const text = t(user.active ? "admin.user.deactivated" : "admin.user.activated", { name: user.name });
      did({ text, undo: () => set(user.active) });
      await readAgain();
    },
    onError: (error) => did({ text: t("admin.not_saved", { reason: reason(error) }) }),
  });
  return (
    <Button
      variant="subtle"
      className={user.active ? "admin-danger" : undefined}
      size="sm"
      loading={change.isPending}
      title={user.active ? t("admin.user.deactivate.hint") : undefined}
      onClick={() => change.mutate()}
    >
      {t(user.active ? "admin.user.deactivate" : "admin.user.activate")}
    </Button>
  );
}

function Password({ user, onOnce }: { user: User; onOnce: Props["onOnce"] }) {
  const { t } = useTranslation();
  const reason = useReason();
  const [typed, setTyped] = useState("");
  const set = useMutation({
    mutationFn: async () => {
      const password = typed || newPassword();
      await api(`/users/${user.id}/password`, { method: "POST", body: { password } });
      return password;
    },
    onSuccess: async (password) => {
      const wasTyped = typed !== "";
      setTyped("");
      await readAgain();
      if (wasTyped) did({ text: t("admin.user.password.set", { name: user.name }) });
      else {
        const lines: Secret["lines"] = [
          [t("sign_in.login"), user.login],
          [t("sign_in.password"), password],
        ];
        onOnce({ title: user.name, secrets: [{ title: t("admin.once.sign_in"), lines }] });
      }
    },
  });
  return (
    <div className="admin-password">
      <PasswordInput
        label={t("admin.user.password.new")}
        description={t("admin.user.password.change_hint")}
        value={typed}
        error={set.error && reason(set.error)}
        autoComplete="new-password"
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          set.reset();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault(); // It is not the form around it that is meant.
          set.mutate();
        }}
      />
      <Button variant="default" size="sm" loading={set.isPending} onClick={() => set.mutate()}>
        {t(typed ? "admin.user.password.set_button" : "admin.user.password.make")}
      </Button>
    </div>
  );
}
