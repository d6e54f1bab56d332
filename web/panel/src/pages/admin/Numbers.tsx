// The numbers that callers dial, and where each leads.
import { Autocomplete, Button, Checkbox, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Destination, type DialedNumber, type Phone, type Queue, api } from "../../api/client";
import { RowLink } from "../../parts/RowLink";
import { useMay } from "../../rights";
import { holds, known, readAgain, useNumbers, usePbx, usePhones, useQueues, useSounds } from "./data";
import { useForm } from "./form";
import { Section, SideForm } from "./parts";
import { useReason } from "../../parts/reasons";
import { did } from "./undo";

const NUMBER = /^\+?[0-9*#]{1,31}$/;
const KINDS = ["queue", "extension", "announcement"] as const;
const RINGS = 25;
const LONGEST_RINGS = 300;
const SOUNDS_SHOWN = 40;
const plain = (number: string) => number.replace(/[\s().-]/g, "");

export function NumbersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { q = "", edit } = useSearch({ from: "/admin/numbers" });
  const numbers = useNumbers();
  const queues = useQueues();
  const phones = usePhones();
  const pbx = usePbx();
  const go = (search: { q?: string; edit?: string }) => void navigate({ to: "/admin/numbers", search, replace: true });
  const close = () => go({ q: q || undefined });

  const all = numbers.data ?? [];
  const labelOf = (name: string) => {
    const queue = queues.data?.find((each) => each.name === name);
    return queue ? known(queue) : name;
  };
  const where = ({ destination }: DialedNumber) => {
    if (destination.kind === "queue") return t("admin.thing.queue", { name: labelOf(destination.queue) });
    if (destination.kind === "announcement") return t("admin.thing.announcement", { name: destination.sound });
    const name = phones.data?.find((phone) => phone.account === destination.extension)?.name;
    return t("admin.thing.phone", { name: name ? `${destination.extension} · ${name}` : destination.extension });
  };
  const shown = all.filter((each) => holds(plain(q), each.number) || holds(q, where(each)));
  const opened = edit === "new" ? null : all.find((each) => String(each.id) === edit);
  const isOpen = (edit === "new" || opened) && queues.data && phones.data;
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
      form={
        isOpen && (
          <NumberForm key={edit} number={opened ?? null} queues={queues.data} phones={phones.data} onClose={close} />
        )
      }
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
              <td className="cut">{where(each)}</td>
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

interface Values {
  number: string;
  kind: Destination["kind"];
  queue: string;
  extension: string;
  ring_seconds: number;
  sound: string;
  early_media: boolean;
}

function destinationOf(values: Values): Destination {
  if (values.kind === "queue") return { kind: "queue", queue: values.queue };
  if (values.kind === "announcement") return { kind: "announcement", sound: values.sound.trim() };
  return { kind: "extension", extension: values.extension, ring_seconds: values.ring_seconds };
}

interface Props {
  number: DialedNumber | null;
  queues: Queue[];
  phones: Phone[];
  onClose: () => void;
}

function NumberForm({ number, queues, phones, onClose }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const reason = useReason();
  const sounds = useSounds();
  const add = (body: object) => api<DialedNumber>("/numbers", { method: "POST", body });
  const patch = (body: object) => api<DialedNumber>(`/numbers/${number?.id}`, { method: "PATCH", body });
  const drop = (id: number) => api(`/numbers/${id}`, { method: "DELETE" });
  const was = number && { number: number.number, destination: number.destination, early_media: number.early_media };
  const initial: Values = {
    number: "",
    kind: "queue",
    queue: queues.length === 1 ? queues[0]!.name : "",
    extension: "",
    ring_seconds: RINGS,
    sound: "",
    early_media: false,
    ...(number && { number: number.number, early_media: number.early_media, ...number.destination }),
  };
  const form = useForm<Values>({
    initial,
    check: (values) => ({
      number: NUMBER.test(plain(values.number)) ? null : t("admin.reason.number"),
      queue: values.kind === "queue" && values.queue === "" ? t("admin.reason.choose_queue") : null,
      extension: values.kind === "extension" && values.extension === "" ? t("admin.reason.choose_phone") : null,
      ring_seconds: values.kind === "extension" ? outside(values.ring_seconds) : null,
      sound: values.kind === "announcement" && values.sound.trim() === "" ? t("admin.reason.empty") : null,
    }),
    save: async (values) => {
      const body = {
        number: plain(values.number),
        destination: destinationOf(values),
        early_media: values.kind !== "announcement" && values.early_media,
      };
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
  function outside(value: unknown): string | null {
    if (typeof value !== "number" || value < 1) return t("admin.reason.least", { value: 1 });
    return value > LONGEST_RINGS ? t("admin.reason.most", { value: LONGEST_RINGS }) : null;
  }
  const remove = useMutation({
    mutationFn: () => drop(number!.id),
    onSuccess: async () => {
      did({ text: t("admin.removed", { name: t("admin.thing.number", { name: was!.number }) }), undo: () => add(was!) });
      onClose();
      await readAgain();
    },
    onError: (error) => did({ text: t("admin.not_removed", { reason: reason(error) }) }),
  });
  const { values } = form;
  return (
    <SideForm
      title={number ? t("admin.thing.number", { name: number.number }) : t("admin.numbers.new")}
      form={form}
      isNew={number === null}
      readOnly={number !== null && !may("change", "number")}
      onClose={onClose}
      more={
        may("delete", "number") && (
          <Button variant="subtle" className="admin-danger" size="sm" loading={remove.isPending} onClick={() => remove.mutate()}>
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
      <div className="admin-choice">
        <span id="leads-to">{t("admin.col.leads_to")}</span>
        <SegmentedControl
          fullWidth
          size="sm"
          aria-labelledby="leads-to"
          data={KINDS.map((kind) => ({ value: kind, label: t(`admin.number.kind.${kind}`) }))}
          value={values.kind}
          onChange={(kind) => form.set("kind", kind as Values["kind"])}
        />
      </div>
      {values.kind === "queue" && (
        <Select
          label={t("admin.number.kind.queue")}
          placeholder={t("admin.number.choose_queue")}
          description={queues.length === 0 ? t("admin.number.no_queue") : undefined}
          data={queues.map((queue) => ({ value: queue.name, label: known(queue) }))}
          value={values.queue || null}
          error={form.errors.queue}
          allowDeselect={false}
          searchable
          nothingFoundMessage={t("admin.nothing_found")}
          onChange={(queue) => form.set("queue", queue ?? "")}
        />
      )}
      {values.kind === "extension" && (
        <>
          <Select
            label={t("admin.number.kind.extension")}
            placeholder={t("admin.number.choose_phone")}
            description={phones.length === 0 ? t("admin.number.no_phone") : undefined}
            data={phones.map((phone) => ({
              value: phone.account,
              label: phone.name ? `${phone.account} · ${phone.name}` : phone.account,
            }))}
            value={values.extension || null}
            error={form.errors.extension}
            allowDeselect={false}
            searchable
            nothingFoundMessage={t("admin.nothing_found")}
            onChange={(account) => form.set("extension", account ?? "")}
          />
          <NumberInput
            label={t("admin.number.rings")}
            suffix={t("admin.seconds.suffix")}
            value={values.ring_seconds}
            error={form.errors.ring_seconds}
            min={1}
            max={LONGEST_RINGS}
            clampBehavior="none"
            allowDecimal={false}
            onChange={(value) => form.set("ring_seconds", (value === "" ? "" : Number(value)) as number)}
          />
        </>
      )}
      {values.kind === "announcement" && (
        <Autocomplete
          label={t("admin.number.sound")}
          description={t("admin.number.sound.hint")}
          data={sounds.data ?? []}
          limit={SOUNDS_SHOWN}
          value={values.sound}
          error={form.errors.sound}
          spellCheck={false}
          onChange={(sound) => form.set("sound", sound)}
        />
      )}
      {values.kind !== "announcement" && (
        <Checkbox
          label={t("admin.number.late")}
          description={t("admin.number.late.hint")}
          size="sm"
          checked={values.early_media}
          error={form.errors.early_media}
          onChange={(event) => form.set("early_media", event.currentTarget.checked)}
        />
      )}
    </SideForm>
  );
}
