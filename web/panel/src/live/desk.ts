// What is on one's desk, as the live connection tells it. Pure: a desk and a message make the next desk.
import type { Agent } from "../api/client";

export interface KnownCaller {
  id: number;
  name: string;
  company: string | null;
}

export interface DeskCall {
  node: string;
  call_id: string;
  queue: string | null;
  caller_number: string | null;
  caller_name: string | null;
  contacts: KnownCaller[];
  dialed: string | null;
  waiting_since: string;
  offered_at: string;
  ring_until: string | null;
  why: Record<string, unknown> | null;
  phase: "offered" | "answered" | "gone" | "ended";
  answered_at: string | null;
  ended_at: string | null;
  end_reason: string | null;
}

export interface Desk {
  /** null: takes no calls; undefined: not known yet. */
  agent: Agent | null | undefined;
  calls: readonly DeskCall[];
  /** Who calls, where several are possible and the agent said: contact by call. */
  chosen: Readonly<Record<string, number>>;
  /** What the agent put away: calls by id. */
  closed: readonly string[];
}

export const EMPTY_DESK: Desk = { agent: undefined, calls: [], chosen: {}, closed: [] };

export const isOpen = (call: DeskCall) => call.phase === "offered" || call.phase === "answered";

export function withSnapshot(desk: Desk, data: { agent: Agent | null; calls: DeskCall[] }): Desk {
  return { ...desk, agent: data.agent, calls: data.calls };
}

export function withChange(desk: Desk, kind: string, data: unknown): Desk {
  if (kind === "agent_state") return { ...desk, agent: data as Agent };
  if (!kind.startsWith("call_")) return desk;
  const call = data as DeskCall;
  if (kind === "call_offered") {
    // What is over makes room for what rings, and a call that comes back is a new question.
    const calls = desk.calls.filter((each) => each.call_id !== call.call_id && isOpen(each));
    const { [call.call_id]: _, ...chosen } = desk.chosen;
    return { ...desk, calls: [...calls, call], chosen, closed: desk.closed.filter((id) => id !== call.call_id) };
  }
  const isKnown = desk.calls.some((each) => each.call_id === call.call_id);
  const calls = isKnown
    ? desk.calls.map((each) => (each.call_id === call.call_id ? call : each))
    : [...desk.calls, call];
  return { ...desk, calls };
}

/** The call that the desk shows: what rings before what talks before what is over. */
export function currentCall(desk: Desk): DeskCall | null {
  const calls = desk.calls.filter((call) => !desk.closed.includes(call.call_id));
  return (
    calls.findLast((call) => call.phase === "offered") ??
    calls.findLast((call) => call.phase === "answered") ??
    calls.at(-1) ??
    null
  );
}

/** Whose record is shown: the only one who fits, or the one that the agent chose. */
export function chosenContact(desk: Desk, call: DeskCall): KnownCaller | null {
  const id = desk.chosen[call.call_id] ?? (call.contacts.length === 1 ? call.contacts[0]?.id : undefined);
  return call.contacts.find((contact) => contact.id === id) ?? null;
}
