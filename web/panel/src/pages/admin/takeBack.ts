// A change that waits to be published, undone in what is stored.
import { type Change, type DialedNumber, type Phone, type Queue, allOf, api } from "../../api/client";

const PATHS: Record<string, string> = { phone: "/phones", queue: "/queues", number: "/numbers" };
/** What comes as one value and is stored as another, or is told nobody. */
const LOST = ["secret"];

type Stored = Phone | Queue | DialedNumber;
const nameOf = (stored: Stored) =>
  "account" in stored ? stored.account : "number" in stored ? stored.number : stored.name;

/** Whether it can be: a removed phone's secret is gone, and so is one that was replaced. */
export function canTakeBack(change: Change): boolean {
  if (!(change.kind in PATHS)) return false;
  if (change.what === "removed") return change.kind !== "phone" && change.before !== null;
  return change.what === "added" || (change.field !== null && !LOST.includes(change.field));
}

export async function takeBack(change: Change): Promise<void> {
  const path = PATHS[change.kind];
  if (path === undefined) return;
  if (change.what === "removed") {
    const before = change.before as object;
    await api(path, { method: "POST", body: change.kind === "number" ? { ...before, number: change.name } : before });
    return;
  }
  const stored = (await allOf<Stored>(path)).find((each) => nameOf(each) === change.name);
  if (stored === undefined) return; // Somebody else was faster.
  if (change.what === "added") await api(`${path}/${stored.id}`, { method: "DELETE" });
  else await api(`${path}/${stored.id}`, { method: "PATCH", body: { [change.field as string]: change.before } });
}
