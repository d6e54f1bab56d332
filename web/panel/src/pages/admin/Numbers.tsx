// The numbers that callers dial, and where each leads.
import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type DialedNumber, type Queue, api } from "../../api/client";
import { RowLink } from "../../parts/RowLink";
import { useErrorText } from "../../parts/states";
import { useMay } from "../../rights";
import { holds, known, readAgain, useNumbers, usePbx, useQueues } from "./data";
import { useForm } from "./form";
import { Section, SideForm } from "./parts";
import { did } from "./undo";

const NUMBER = /^\+?[0-9*#]{1,31}$/;
/** The queue that a number leads to; empty where it leads to something else. */
export const queueOf = (number: DialedNumber) => (number.destination.kind === "queue" ? number.destination.queue : "");
const plain = (number: string) => number.replace(/[\s().-]/g, "");

export function NumbersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { q = "", edit } = useSearch({ from: "/admin/numbers" });
  const numbers = useNumbers();
  const queues = useQueues();
  const pbx = usePbx();
  const go = (search: { q?: string; edit?: string }) => void navigate({ to: "/admin/numbers", search, replace: true });
  const close = () => go({ q: q || undefined });

  const all = numbers.data ?? [];
  const labelOf = (name: string) => {
    const queue = queues.data?.find((each) => each.name === name);
    return queue ? known(queue) : name;
  };
  const leadsTo = ({ destination }: DialedNumber) =>
    destination.kind === "queue"
      ? t("admin.thing.queue", { name: labelOf(destination.queue) })
      : destination.kind === "extension"
        ? destination.extension
        : destination.sound;
  const shown = all.filter((each) => holds(plain(q), each.number) || holds(q, leadsTo(each)));
  const opened = edit === "new" ? null : all.find((each) => String(each.id) === edit);
  const isOpen = (edit === "new" || opened) && queues.data;
  const elsewhere = pbx.data?.default_queue;
  return (
    <Section
      title={t("admin.numbers")}
      q={q}
      onFilter={(text) => go({ q: text || undefined, edit })}
      filterLabel={t("admin.numbers.filter")}
      add={may("create", "number") ? { text: t("admin.numbers.add"), onClick: () => go({ q: q || undefined, edit: "new" }) } : null}
      rows={numbers}
      shown={shown}
      empty={t("admin.numbers.empty")}
      form={isOpen && <NumberForm key={edit} number={opened ?? null} queues={queues.data} onClose={close} />}
    >
      <table className="table admin-table numbers-table">
        <thead>
          <tr>
            <th scope="col">{t("admin.number")}</th>
            <th scope="col">{t("admin.col.leads_to")}</th>
            <th scope="col" className="wide">{t("admin.col.answers")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((each) => (
            <tr key={each.id} data-chosen={String(each.id) === edit || undefined}>
              <td className="cut">
                <RowLink to="/admin/numbers" search={{ q: q || undefined, edit: String(each.id) }} replace>
                  {each.number}
                </RowLink>
              </td>
              <td className="cut">{leadsTo(each)}</td>
              <td className="cut wide">{t(each.early_media ? "admin.number.late" : "admin.number.at_once")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="list-foot quiet">
        {elsewhere ? t("admin.numbers.others", { queue: labelOf(elsewhere) }) : t("admin.numbers.no_others")}
      </p>
    </Section>
  );
}

function NumberForm({ number, queues, onClose }: { number: DialedNumber | null; queues: Queue[]; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const errorText = useErrorText();
  const add = (body: object) => api<DialedNumber>("/numbers", { method: "POST", body });
  const patch = (body: object) => api<DialedNumber>(`/numbers/${number?.id}`, { method: "PATCH", body });
  const drop = (id: number) => api(`/numbers/${id}`, { method: "DELETE" });
  const was = number && { number: number.number, destination: number.destination, early_media: number.early_media };
  const form = useForm({
    initial: (number && { number: number.number, queue: queueOf(number), early_media: number.early_media }) ?? { number: "", queue: queues.length === 1 ? queues[0]!.name : "", early_media: false },
    check: (values) => ({
      number: NUMBER.test(plain(values.number)) ? null : t("admin.reason.number"),
      queue: values.queue === "" && (!number || number.destination.kind === "queue") ? t("admin.reason.choose_queue") : null,
    }),
    save: async (values) => {
      const { queue, early_media } = values;
      const destination = queue === "" && was ? was.destination : { kind: "queue", queue };
      const body = { number: plain(values.number), destination, early_media };
      if (was) {
        await patch(body);
        did({ text: t("admin.saved", { name: body.number }), undo: () => patch(was) });
      } else {
        const made = await add(body);
        did({ text: t("admin.added", { name: t("admin.thing.number", { name: made.number }) }), undo: () => drop(made.id) });
        onClose();
      }
    },
  });
  const remove = useMutation({
    mutationFn: () => drop(number!.id),
    onSuccess: async () => {
      did({ text: t("admin.removed", { name: t("admin.thing.number", { name: was!.number }) }), undo: () => add(was!) });
      onClose();
      await readAgain();
    },
    onError: (error) => did({ text: t("admin.not_saved", { reason: errorText(error) }) }),
  });
  return (
    <SideForm
      title={number ? t("admin.thing.number", { name: number.number }) : t("admin.numbers.new")}
      form={form}
      isNew={number === null}
      readOnly={number !== null && !may("change", "number")}
      onClose={onClose}
      more={
        may("delete", "number") && (
          <Button variant="subtle" color="red" size="sm" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("admin.remove")}
          </Button>
        )
      }
    >
      <TextInput
        label={t("admin.number")}
        description={t("admin.number.hint")}
        {...form.text("number")}
        inputMode="tel"
        required
        autoFocus={number === null}
      />
      <Select
        label={t("admin.col.leads_to")}
        placeholder={t("admin.number.choose_queue")}
        description={queues.length === 0 ? t("admin.number.no_queue") : undefined}
        data={queues.map((queue) => ({ value: queue.name, label: t("admin.thing.queue", { name: known(queue) }) }))}
        value={form.values.queue || null}
        error={form.errors.queue}
        allowDeselect={false}
        searchable={queues.length > 8}
        nothingFoundMessage={t("admin.nothing_found")}
        onChange={(queue) => form.set("queue", queue ?? "")}
      />
      <Checkbox
        label={t("admin.number.late")}
        description={t("admin.number.late.hint")}
        size="sm"
        checked={form.values.early_media}
        error={form.errors.early_media}
        onChange={(event) => form.set("early_media", event.currentTarget.checked)}
      />
    </SideForm>
  );
}
