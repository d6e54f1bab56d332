// The queues: who serves each, how long a phone rings, and how long its agents have afterwards.
import { Button, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Pbx, type Phone, type Queue, type User, api } from "../../api/client";
import { word } from "../../i18n";
import { RowLink } from "../../parts/RowLink";
import { useMay } from "../../rights";
import { holds, known, leadsTo, readAgain, useNumbers, usePbx, usePhones, useQueues, useUsers } from "./data";
import { useForm } from "./form";
import { Section, SideForm } from "./parts";
import { useReason } from "../../parts/reasons";
import { did } from "./undo";

const NAME = /^[A-Za-z0-9_-]{1,32}$/;
const STRATEGIES = ["leastrecent", "fewestcalls", "ringall", "rrmemory", "linear", "random", "wrandom"] as const;
const SETTLED = { ring_seconds: [1, 300], wrap_up_seconds: [0, 900] } as const;

export function QueuesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { q = "", edit } = useSearch({ from: "/admin/queues" });
  const queues = useQueues();
  const phones = usePhones();
  const users = useUsers();
  const numbers = useNumbers();
  const pbx = usePbx();
  const go = (search: { q?: string; edit?: string }) => void navigate({ to: "/admin/queues", search, replace: true });
  const close = () => go({ q: q || undefined });

  const all = queues.data ?? [];
  const memberName = (account: string) =>
    users.data?.find((user) => user.phone === account)?.name ||
    phones.data?.find((phone) => phone.account === account)?.name ||
    account;
  const shown = all.filter((queue) => holds(q, queue.name, queue.label, ...queue.members.map(memberName)));
  const opened = edit === "new" ? null : all.find((queue) => String(queue.id) === edit);
  const isOpen = (edit === "new" || opened) && phones.data;
  return (
    <Section
      title={t("admin.queues")}
      q={q}
      onFilter={(text) => go({ q: text || undefined, edit })}
      filterLabel={t("admin.queues.filter")}
      add={may("create", "queue") ? { text: t("admin.queues.add"), onClick: () => go({ q: q || undefined, edit: "new" }) } : null}
      rows={queues}
      shown={shown}
      empty={t("admin.queues.empty")}
      form={
        isOpen && (
          <QueueForm
            key={edit}
            queue={opened ?? null}
            phones={phones.data}
            users={users.data ?? []}
            pbx={pbx.data}
            onClose={close}
          />
        )
      }
    >
      <table className="table admin-table queues-table">
        <thead>
          <tr>
            <th scope="col">{t("admin.queue.label")}</th>
            <th scope="col">{t("admin.queue.members")}</th>
            <th scope="col" className="wide">{t("admin.numbers")}</th>
            <th scope="col" className="figure wide">{t("admin.col.rings")}</th>
            <th scope="col" className="figure wide">{t("wrap.title")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((queue) => (
            <tr key={queue.id} data-chosen={String(queue.id) === edit || undefined}>
              <td className="cut">
                <RowLink to="/admin/queues" search={{ q: q || undefined, edit: String(queue.id) }} replace>
                  {known(queue)}
                </RowLink>
              </td>
              <td className="cut">
                {queue.members.length === 0 ? (
                  <span className="alarm-text">{t("admin.queue.nobody")}</span>
                ) : (
                  <>
                    <span className="quiet">{queue.members.length}</span> {queue.members.map(memberName).join(", ")}
                  </>
                )}
              </td>
              <td className="cut wide">
                {(numbers.data ?? [])
                  .filter((number) => leadsTo(number, queue))
                  .map((number) => number.number)
                  .join(", ") || t("none")}
              </td>
              <td className="figure wide">{t("admin.seconds", { value: queue.ring_seconds })}</td>
              <td className="figure wide">{t("admin.seconds", { value: queue.wrap_up_seconds })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

interface Props {
  queue: Queue | null;
  phones: Phone[];
  users: User[];
  pbx: Pbx | undefined;
  onClose: () => void;
}

const nameFor = (label: string) =>
  label
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 32);

function QueueForm({ queue, phones, users, pbx, onClose }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const reason = useReason();
  const add = (body: object) => api<Queue>("/queues", { method: "POST", body });
  const patch = (body: object) => api<Queue>(`/queues/${queue?.id}`, { method: "PATCH", body });
  const drop = (id: number) => api(`/queues/${id}`, { method: "DELETE" });
  const initial = {
    label: queue?.label ?? "",
    name: queue?.name ?? "",
    members: queue?.members ?? [],
    ring_seconds: queue?.ring_seconds ?? 20,
    wrap_up_seconds: queue?.wrap_up_seconds ?? 15,
    strategy: queue?.strategy ?? "leastrecent",
    music: queue?.music ?? "default",
  };
  const form = useForm({
    initial,
    check: (values) => ({
      name: NAME.test(values.name.trim()) ? null : t("admin.reason.safe_name"),
      ring_seconds: outside(values.ring_seconds, SETTLED.ring_seconds),
      wrap_up_seconds: outside(values.wrap_up_seconds, SETTLED.wrap_up_seconds),
    }),
    save: async (values) => {
      const body = { ...values, name: values.name.trim(), label: values.label.trim() };
      if (queue) {
        await patch(body);
        did({ text: t("admin.saved", { name: body.label || body.name }), undo: () => patch(initial) });
      } else {
        const made = await add(body);
        did({ text: t("admin.added", { name: t("admin.thing.queue", { name: known(made) }) }), undo: () => drop(made.id) });
        onClose();
      }
    },
  });
  function outside(value: unknown, [least, most]: readonly [number, number]): string | null {
    if (typeof value !== "number" || value < least) return t("admin.reason.least", { value: least });
    return value > most ? t("admin.reason.most", { value: most }) : null;
  }
  const remove = useMutation({
    mutationFn: () => drop(queue!.id),
    onSuccess: async () => {
      did({ text: t("admin.removed", { name: t("admin.thing.queue", { name: known(queue!) }) }), undo: () => add(initial) });
      onClose();
      await readAgain();
    },
    onError: (error) => did({ text: t("admin.not_removed", { reason: reason(error) }) }),
  });
  const { values } = form;
  const seconds = (field: keyof typeof SETTLED) => ({
    value: values[field],
    error: form.errors[field],
    min: SETTLED[field][0],
    max: SETTLED[field][1],
    clampBehavior: "none" as const,
    allowDecimal: false,
    onChange: (value: number | string) => form.set(field, (value === "" ? "" : Number(value)) as number),
  });
  return (
    <SideForm
      title={queue ? t("admin.thing.queue", { name: known(queue) }) : t("admin.queues.new")}
      form={form}
      isNew={queue === null}
      readOnly={queue !== null && !may("change", "queue")}
      onClose={onClose}
      more={
        may("delete", "queue") && (
          <Button variant="subtle" className="admin-danger" size="sm" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("admin.remove")}
          </Button>
        )
      }
    >
      <TextInput
        label={t("admin.queue.label")}
        description={t("admin.queue.label.hint")}
        {...form.text("label")}
        onChange={(event) => {
          const label = event.currentTarget.value;
          if (queue === null && values.name === nameFor(values.label)) form.set("name", nameFor(label));
          form.set("label", label);
        }}
        autoFocus={queue === null}
      />
      <TextInput label={t("admin.queue.name")} description={t("admin.queue.name.hint")} {...form.text("name")} required />
      <MultiSelect
        label={t("admin.queue.members")}
        description={phones.length === 0 ? t("admin.queue.no_phones") : t("admin.queue.members.hint")}
        data={phones.map((phone) => {
          const name = users.find((user) => user.phone === phone.account)?.name || phone.name;
          return { value: phone.account, label: name ? `${phone.account} · ${name}` : phone.account };
        })}
        value={values.members}
        error={form.errors.members}
        searchable
        hidePickedOptions
        nothingFoundMessage={t("admin.nothing_found")}
        onChange={(members) => form.set("members", members)}
      />
      <div className="admin-pair">
        <NumberInput label={t("admin.queue.rings")} suffix={t("admin.seconds.suffix")} {...seconds("ring_seconds")} />
        <NumberInput label={t("wrap.title")} suffix={t("admin.seconds.suffix")} {...seconds("wrap_up_seconds")} />
      </div>
      <Select
        label={t("admin.queue.music")}
        data={[...new Set([...(pbx?.music ?? ["default"]), values.music])].map((name) => ({
          value: name,
          label: name === "default" ? t("admin.queue.music.default") : name,
        }))}
        value={values.music}
        error={form.errors.music}
        allowDeselect={false}
        onChange={(music) => form.set("music", music ?? "default")}
      />
      <Select
        label={t("admin.queue.strategy")}
        description={t("admin.queue.strategy.hint")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        data={STRATEGIES.map((each) => ({ value: each, label: word("admin.strategy", each) }))}
        value={values.strategy}
        error={form.errors.strategy}
        allowDeselect={false}
        onChange={(strategy) => form.set("strategy", strategy ?? "leastrecent")}
      />
    </SideForm>
  );
}
