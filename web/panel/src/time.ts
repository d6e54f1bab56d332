// Moments and lengths as people read them. Lengths never change their width from one second to the next.
import { locale } from "./i18n";

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function secondsBetween(from: string, to: string | number): number {
  const end = typeof to === "number" ? to : Date.parse(to);
  return Math.max(0, (end - Date.parse(from)) / 1000);
}

const made = new Map<string, Intl.DateTimeFormat>();

function format(iso: string | number, options: Intl.DateTimeFormatOptions): string {
  // Thai locales count years of the Buddhist era in a form of their own; phones and contracts use the common one.
  const key = locale() + JSON.stringify(options);
  let formatter = made.get(key);
  if (!formatter) made.set(key, (formatter = new Intl.DateTimeFormat(locale(), { ...options, calendar: "gregory" })));
  return formatter.format(new Date(iso));
}

export const clock = (iso: string | number) => format(iso, { hour: "2-digit", minute: "2-digit" });
export const clockSeconds = (iso: string | number) =>
  format(iso, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const day = (iso: string) => format(iso, { day: "numeric", month: "short" });
export const fullDay = (iso: string) => format(iso, { day: "numeric", month: "long", year: "numeric" });

const isSameDay = (iso: string, now: number) => new Date(iso).toDateString() === new Date(now).toDateString();

export const dayOrClock = (iso: string, now: number) => (isSameDay(iso, now) ? clock(iso) : day(iso));
export const dayAndClock = (iso: string, now: number) =>
  isSameDay(iso, now) ? clock(iso) : `${day(iso)} ${clock(iso)}`;

/** The first moment of a day (2026-11-27, in the browser's own time), and of the next. */
export function dayBounds(date: string): [string, string] {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return [new Date(year, month - 1, day).toISOString(), new Date(year, month - 1, day + 1).toISOString()];
}
