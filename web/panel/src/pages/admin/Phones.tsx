// The telephones: SIP accounts that they register with.
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Pbx, type Phone, type PhoneSecret, type Queue, type User, api } from "../../api/client";
import { RowLink } from "../../parts/RowLink";
import { useMay } from "../../rights";
import { holds, known, readAgain, usePbx, usePhones, useQueues, useUsers } from "./data";
import { useForm } from "./form";
import { AskFirst, Once, Section, type Secret, SideForm } from "./parts";
import { ACCOUNT, nextAccount, serverOf, setupOf } from "./phoneSetup";
import { useReason } from "../../parts/reasons";
import { did } from "./undo";

export function PhonesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { q = "", edit } = useSearch({ from: "/admin/phones" });
  const [once, setOnce] = useState<{ title: string; secrets: Secret[]; note?: string } | null>(null);
  const phones = usePhones(true);
  const users = useUsers();
  const queues = useQueues();
  const pbx = usePbx();
  const go = (search: { q?: string; edit?: string }) => void navigate({ to: "/admin/phones", search, replace: true });
  const close = () => go({ q: q || undefined });

  const all = phones.data ?? [];
  const userOf = (phone: Phone) => users.data?.find((user) => user.phone === phone.account);
  const queuesOf = (phone: Phone) => (queues.data ?? []).filter((queue) => queue.members.includes(phone.account));
  const shown = all.filter((phone) => holds(q, phone.account, phone.name, userOf(phone)?.name));
  const opened = edit === "new" ? "new" : all.find((phone) => String(phone.id) === edit);
  const tell = (secret: PhoneSecret) => {
    setOnce({
      title: t("admin.thing.phone", { name: secret.account }),
      secrets: [setupOf(t, secret, pbx.data)],
      note: t("admin.once.publish"),
    });
    close();
  };

  let form = null;
  if (once) form = <Once {...once} onDone={() => setOnce(null)} />;
  else if (opened === "new" && phones.data) form = <NewPhone phones={all} onClose={close} onMade={tell} />;
  else if (opened && opened !== "new") {
    form = (
      <PhoneForm
        key={opened.id}
        phone={opened}
        user={userOf(opened)}
        queues={queuesOf(opened)}
        pbx={pbx.data}
        onClose={close}
        onSecret={tell}
      />
    );
  }
  return (
    <Section
      title={t("admin.phones")}
      q={q}
      onFilter={(text) => go({ q: text || undefined, edit })}
      filterLabel={t("admin.phones.filter")}
      add={may("create", "phone") ? { text: t("admin.phones.add"), onClick: () => (setOnce(null), go({ q: q || undefined, edit: "new" })) } : null}
      rows={phones}
      shown={shown}
      empty={t("admin.phones.empty")}
      form={form}
    >
      <table className="table admin-table phones-table">
        <thead>
          <tr>
            <th scope="col">{t("admin.col.number")}</th>
            <th scope="col">{t("col.name")}</th>
            <th scope="col">{t("admin.col.used_by")}</th>
            <th scope="col" className="wide">{t("admin.col.queues")}</th>
            <th scope="col">{t("admin.col.registered")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((phone) => (
            <tr key={phone.id} data-chosen={String(phone.id) === edit || undefined}>
              <td className="cut">
                <RowLink to="/admin/phones" search={{ q: q || undefined, edit: String(phone.id) }} replace onClick={() => setOnce(null)}>
                  {phone.account}
                </RowLink>
              </td>
              <td className="cut">{phone.name || t("none")}</td>
              <td className="cut">{userOf(phone)?.name ?? <span className="quiet">{t("none")}</span>}</td>
              <td className="cut wide">{queuesOf(phone).map(known).join(", ") || t("none")}</td>
              <td className="cut">
                <Registered phone={phone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Registered({ phone }: { phone: Phone }) {
  const { t } = useTranslation();
  if (phone.reachable === null) return <span className="quiet">{t("admin.phone.not_told")}</span>;
  return (
    <span className="registered" data-state={phone.reachable ? "ready" : "not_ready"}>
      <span className={phone.reachable ? "lamp" : "lamp hollow"} aria-hidden="true" />
      {t(phone.reachable ? "admin.phone.registered" : "admin.phone.not_registered")}
    </span>
  );
}

function NewPhone({ phones, onClose, onMade }: { phones: Phone[]; onClose: () => void; onMade: (phone: PhoneSecret) => void }) {
  const { t } = useTranslation();
  const form = useForm({
    initial: { account: nextAccount(phones), name: "" },
    check: ({ account }) => ({ account: ACCOUNT.test(account.trim()) ? null : t("admin.reason.safe_name") }),
    save: async ({ account, name }) => {
      const body = { account: account.trim(), name: name.trim() };
      onMade(await api<PhoneSecret>("/phones", { method: "POST", body }));
    },
  });
  return (
    <SideForm title={t("admin.phones.new")} note={t("admin.phones.new.hint")} form={form} isNew onClose={onClose}>
      <TextInput
        label={t("admin.phone.account")}
        description={t("admin.phone.account.hint")}
        {...form.text("account")}
        required
        autoFocus
      />
      <TextInput label={t("col.name")} description={t("admin.phone.name.hint")} {...form.text("name")} />
    </SideForm>
  );
}

interface FormProps {
  phone: Phone;
  user: User | undefined;
  queues: Queue[];
  pbx: Pbx | undefined;
  onClose: () => void;
  onSecret: (phone: PhoneSecret) => void;
}

function PhoneForm({ phone, user, queues, pbx, onClose, onSecret }: FormProps) {
  const { t } = useTranslation();
  const may = useMay();
  const reason = useReason();
  const patch = (body: Partial<Phone>) => api<Phone>(`/phones/${phone.id}`, { method: "PATCH", body });
  const form = useForm({
    initial: { name: phone.name },
    save: async ({ name }) => {
      await patch({ name: name.trim() });
      did({ text: t("admin.saved", { name: phone.account }), undo: () => patch({ name: phone.name }) });
    },
  });
  const secret = useMutation({
    mutationFn: () => api<PhoneSecret>(`/phones/${phone.id}/secret`, { method: "POST" }),
    onSuccess: async (made) => {
      onSecret(made);
      await readAgain();
    },
    onError: (error) => did({ text: t("admin.not_saved", { reason: reason(error) }) }),
  });
  const remove = useMutation({
    mutationFn: () => api(`/phones/${phone.id}`, { method: "DELETE" }),
    onSuccess: async () => {
      did({ text: t("admin.removed", { name: t("admin.thing.phone", { name: phone.account }) }) });
      onClose();
      await readAgain();
    },
    onError: (error) => did({ text: t("admin.not_removed", { reason: reason(error) }) }),
  });
  const lost = [
    t("admin.phone.lose.secret"),
    queues.length > 0 && t("admin.phone.lose.queues", { queues: queues.map(known).join(", ") }),
    user && t("admin.phone.lose.user", { name: user.name }),
  ].filter(Boolean);
  return (
    <SideForm
      title={t("admin.thing.phone", { name: phone.account })}
      form={form}
      isNew={false}
      readOnly={!may("change", "phone")}
      onClose={onClose}
      more={
        may("delete", "phone") && (
          <AskFirst
            text={lost.join(" ")}
            button={t("admin.phone.remove", { account: phone.account })}
            onYes={() => remove.mutate()}
            isBusy={remove.isPending}
          />
        )
      }
    >
      <TextInput label={t("col.name")} description={t("admin.phone.name.hint")} {...form.text("name")} />
      <dl className="admin-facts">
        <div>
          <dt>{t("admin.col.registered")}</dt>
          <dd>
            <Registered phone={phone} />
          </dd>
        </div>
        <div>
          <dt>{t("admin.col.used_by")}</dt>
          <dd>{user?.name ?? t("none")}</dd>
        </div>
        <div>
          <dt>{t("admin.col.queues")}</dt>
          <dd>{queues.map(known).join(", ") || t("none")}</dd>
        </div>
        <div>
          <dt>{t("admin.phone.server")}</dt>
          <dd>
            <code>{serverOf(pbx)}</code> UDP
          </dd>
        </div>
        <div>
          <dt>{t("admin.phone.user")}</dt>
          <dd>
            <code>{phone.account}</code>
          </dd>
        </div>
        <div>
          <dt>{t("admin.phone.secret")}</dt>
          <dd>
            <Button variant="default" size="compact-sm" loading={secret.isPending} onClick={() => secret.mutate()}>
              {t("admin.phone.new_secret")}
            </Button>
          </dd>
        </div>
      </dl>
      <p className="hint">{t("admin.phone.new_secret.hint")}</p>
    </SideForm>
  );
}
