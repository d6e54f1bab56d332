// When to follow up: a day, of which nine in the morning is meant. Pure.

const MORNING = 9;
const two = (value: number) => String(value).padStart(2, "0");

/** The day of a moment as a date field holds it, in the browser's own time. */
export function dateOf(iso: string): string {
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Nine in the morning of that day. */
export function inTheMorning(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day, MORNING).toISOString();
}

/** The morning of the next day that is no Saturday or Sunday. */
export function nextWorkingDay(now: number): string {
  const at = new Date(now);
  do at.setDate(at.getDate() + 1);
  while (at.getDay() % 6 === 0);
  return inTheMorning(dateOf(at.toISOString()));
}
