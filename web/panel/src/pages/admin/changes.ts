// What a publication changes, as sentences. What has none in the user's language is said in the server's English.
import type { TFunction } from "i18next";
import i18next from "i18next";
import type { Change } from "../../api/client";
import { word } from "../../i18n";

type Values = Record<string, unknown>;
const values = (value: unknown): Values => (value !== null && typeof value === "object" ? (value as Values) : {});

function said(t: TFunction, value: unknown): string {
  if (value === null || value === undefined || value === "") return t("admin.change.nothing");
  if (typeof value === "boolean") return t(value ? "admin.yes" : "admin.no");
  if (Array.isArray(value)) return value.length === 0 ? t("admin.change.nothing") : value.map(String).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

export function sentence(t: TFunction, change: Change): string {
  const { what, kind, field } = change;
  const holder = values(what === "removed" ? change.before : change.after);
  const called = holder[kind === "phone" ? "name" : "label"];
  const name = typeof called === "string" && called ? `${change.name} (${called})` : change.name;
  const tell = (key: string, more: Values = {}) =>
    i18next.exists(key) ? t(key as "admin.change.added.phone", { name, ...more }) : change.text;

  if (what === "added" && kind === "number") return tell("admin.change.added.number", { where: ledTo(t, holder.destination) });
  if (what !== "changed") return tell(`admin.change.${what}.${kind}`);
  if (field === "secret") return tell("admin.change.secret", { thing: thing(t, kind, name) });
  if (field === "members" && Array.isArray(change.before) && Array.isArray(change.after)) {
    const was = change.before.map(String);
    const becomes = change.after.map(String);
    const joins = becomes.filter((each) => !was.includes(each)).join(", ");
    const leaves = was.filter((each) => !becomes.includes(each)).join(", ");
    if (joins && leaves) return tell("admin.change.members.both", { joins, leaves });
    if (joins) return tell("admin.change.members.joins", { joins });
    if (leaves) return tell("admin.change.members.leaves", { leaves });
    return tell("admin.change.members.order");
  }
  if (field === "destination") {
    return tell("admin.change.destination", { before: ledTo(t, change.before), after: ledTo(t, change.after) });
  }
  if (kind === "setting") return change.text;
  return t("admin.change.value", {
    thing: thing(t, kind, name),
    field: word("admin.field", field),
    before: said(t, change.before),
    after: said(t, change.after),
  });
}

function ledTo(t: TFunction, destination: unknown): string {
  const { kind, queue, extension, ring_seconds: seconds, sound } = values(destination);
  if (kind === "extension") return t("admin.led.extension", { extension: String(extension), seconds: String(seconds) });
  if (kind === "announcement") return t("admin.led.announcement", { sound: String(sound) });
  return t("admin.led.queue", { queue: String(queue) });
}

function thing(t: TFunction, kind: string, name: string): string {
  const key = `admin.thing.${kind}`;
  return i18next.exists(key) ? t(key as "admin.thing.phone", { name }) : name;
}
