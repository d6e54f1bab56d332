// The board, as the live connection tells it. Pure: a board and a difference make the next board.
import type { Board, BoardAgent, BoardCaller, BoardQueue } from "../api/client";

export interface BoardChange {
  day?: string;
  queues?: BoardQueue[];
  queues_gone?: string[];
  waiting?: BoardCaller[];
  waiting_gone?: string[];
  agents?: BoardAgent[];
  agents_gone?: number[];
}

function updated<Line, Key>(lines: Line[], keyOf: (line: Line) => Key, changed: Line[] = [], gone: Key[] = []): Line[] {
  if (changed.length === 0 && gone.length === 0) return lines;
  const all = new Map(lines.map((line) => [keyOf(line), line]));
  for (const line of changed) all.set(keyOf(line), line);
  for (const key of gone) all.delete(key);
  return [...all.values()];
}

export function withBoardChange(board: Board, change: BoardChange): Board {
  return {
    day: change.day ?? board.day,
    queues: inOrder(updated(board.queues, (line) => line.name, change.queues, change.queues_gone), (line) => [line.name]),
    // Who came first stands first; the server's own order, told once more by priority and time.
    waiting: inOrder(updated(board.waiting, (line) => line.key, change.waiting, change.waiting_gone), (line) => [
      -line.priority,
      Date.parse(line.since),
      line.key,
    ]),
    agents: updated(board.agents, (line) => line.user_id, change.agents, change.agents_gone),
  };
}

/** States in the order of the agents' table: who can take a call first, who can't last. */
export const STATES = ["ready", "reserved", "talking", "busy", "wrap_up", "not_ready", "no_phone", "offline"] as const;
export type State = (typeof STATES)[number];

/** Agents by state, and in a state whoever has been in it longest first. */
export function agentsInOrder(agents: BoardAgent[]): BoardAgent[] {
  const rank = (state: string) => STATES.indexOf(state as State);
  return inOrder(agents, (line) => [rank(line.state), line.since ? Date.parse(line.since) : 0, line.name, line.user_id]);
}

/** `lines` in the order of `keys`, where nothing may move; what is new comes last. */
export function asBefore<Line, Key>(lines: Line[], keyOf: (line: Line) => Key, keys: readonly Key[]): Line[] {
  const place = new Map(keys.map((key, index) => [key, index]));
  return inOrder(lines, (line) => [place.get(keyOf(line)) ?? keys.length]);
}

function inOrder<Line>(lines: Line[], orderOf: (line: Line) => (number | string)[]): Line[] {
  const keyed = lines.map((line) => ({ line, order: orderOf(line) }));
  keyed.sort((one, other) => {
    for (const [index, each] of one.order.entries()) {
      const that = other.order[index] ?? 0;
      if (each !== that) return each < that ? -1 : 1;
    }
    return 0;
  });
  return keyed.map(({ line }) => line);
}
