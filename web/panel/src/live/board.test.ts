import { describe, expect, it } from "vitest";
import type { Board, BoardAgent, BoardCaller, BoardQueue } from "../api/client";
import { agentsInOrder, asBefore, withBoardChange } from "./board";

const queue = (name: string, waiting = 0): BoardQueue => ({
  name,
  waiting,
  longest_since: null,
  agents: {},
  answered: 0,
  abandoned: 0,
});
const caller = (key: string, since: string, priority = 0): BoardCaller => ({
  key,
  call_id: key,
  queue: "sales",
  number: null,
  name: null,
  contact_id: null,
  since,
  priority,
  why: "all_busy",
  agent: null,
});
const agent = (user_id: number, state: string, since = "2026-11-24T09:00:00+00:00"): BoardAgent => ({
  user_id,
  name: `Agent ${user_id}`,
  account: String(user_id),
  state,
  since,
  reason: null,
  queue: null,
});
const BOARD: Board = { day: "2026-11-24", queues: [queue("sales")], waiting: [], agents: [agent(1, "ready")] };

describe("the board", () => {
  it("takes whole lines, and leaves the rest as it is", () => {
    const after = withBoardChange(BOARD, { queues: [queue("sales", 1), queue("help")], agents: [agent(2, "ready")] });
    expect(after.queues.map((line) => [line.name, line.waiting])).toEqual([
      ["help", 0],
      ["sales", 1],
    ]);
    expect(after.agents.map((line) => line.user_id)).toEqual([1, 2]);
    expect(after.waiting).toEqual([]);
    expect(after.day).toBe("2026-11-24");
  });

  it("forgets what is gone, and takes a change twice like once", () => {
    const change = { day: "2026-11-25", queues_gone: ["sales"], agents_gone: [1, 7], waiting_gone: ["x"] };
    const once = withBoardChange(BOARD, change);
    expect(once).toEqual({ day: "2026-11-25", queues: [], waiting: [], agents: [] });
    expect(withBoardChange(once, change)).toEqual(once);
  });

  it("keeps callers in their order, also across time zones and fractions of a second", () => {
    const waiting = [
      caller("late", "2026-11-24T09:00:05+00:00"),
      caller("first", "2026-11-24T15:59:59.500000+07:00"),
      caller("important", "2026-11-24T09:00:06+00:00", 5),
      caller("second", "2026-11-24T09:00:00+00:00"),
    ];
    const keys = withBoardChange(BOARD, { waiting }).waiting.map((line) => line.key);
    expect(keys).toEqual(["important", "first", "second", "late"]);
  });

  it("shows agents by state, and whoever has been in it longest first", () => {
    const agents = [
      agent(1, "offline"),
      agent(2, "talking", "2026-11-24T09:05:00+00:00"),
      agent(3, "talking", "2026-11-24T09:01:00+00:00"),
      agent(4, "ready"),
      agent(5, "not_ready"),
    ];
    expect(agentsInOrder(agents).map((line) => line.user_id)).toEqual([4, 3, 2, 5, 1]);
  });

  it("moves nothing while it is held, and puts what is new last", () => {
    const lines = [{ id: 3 }, { id: 1 }, { id: 9 }, { id: 2 }];
    expect(asBefore(lines, (line) => line.id, [1, 2, 3]).map((line) => line.id)).toEqual([1, 2, 3, 9]);
  });
});
