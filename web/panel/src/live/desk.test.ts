import { describe, expect, it } from "vitest";
import { type Desk, type DeskCall, EMPTY_DESK, chosenContact, currentCall, withChange, withSnapshot } from "./desk";

const call = (id: string, phase: DeskCall["phase"], ...contacts: number[]): DeskCall => ({
  node: "main",
  call_id: id,
  queue: "sales",
  caller_number: "021234567",
  caller_name: null,
  contacts: contacts.map((each) => ({ id: each, name: `Contact ${each}`, company: null })),
  dialed: null,
  waiting_since: "2026-11-02T08:00:00Z",
  offered_at: "2026-11-02T08:00:05Z",
  ring_until: null,
  why: null,
  phase,
  answered_at: null,
  ended_at: null,
  end_reason: null,
});
const deskWith = (...calls: DeskCall[]): Desk => withSnapshot(EMPTY_DESK, { agent: null, calls });

describe("the desk", () => {
  it("shows what rings before what talks before what is over", () => {
    const calls = [call("1", "offered"), call("2", "answered"), call("3", "ended")];
    expect(currentCall(deskWith(...calls))?.call_id).toBe("1");
    expect(currentCall(deskWith(...calls.slice(1)))?.call_id).toBe("2");
    expect(currentCall(deskWith(...calls.slice(2)))?.call_id).toBe("3");
    expect(currentCall(deskWith())).toBeNull();
  });

  it("makes room for what rings, but not at the cost of what goes on", () => {
    const desk = withChange(deskWith(call("1", "answered"), call("2", "ended")), "call_offered", call("3", "offered"));
    expect(desk.calls.map((each) => each.call_id)).toEqual(["1", "3"]);
  });

  it("asks again who calls when the call comes back, and shows it though it was put away", () => {
    const before = { ...deskWith(call("1", "gone", 5, 6)), chosen: { "1": 5 }, closed: ["1"] };
    const after = withChange(before, "call_offered", call("1", "offered", 5, 6));
    expect(after.chosen).toEqual({});
    expect(currentCall(after)?.phase).toBe("offered");
  });

  it("takes a call of which it had not heard", () => {
    expect(withChange(deskWith(), "call_answered", call("1", "answered")).calls).toHaveLength(1);
  });

  it("keeps a choice over a new snapshot", () => {
    const chosen = { ...deskWith(call("1", "offered", 5, 6)), chosen: { "1": 6 } };
    const after = withSnapshot(chosen, { agent: null, calls: [call("1", "answered", 5, 6)] });
    expect(chosenContact(after, after.calls[0]!)?.id).toBe(6);
  });

  it("guesses nobody when several fit", () => {
    const several = call("1", "offered", 5, 6);
    expect(chosenContact(deskWith(several), several)).toBeNull();
    const one = call("1", "offered", 5);
    expect(chosenContact(deskWith(one), one)?.id).toBe(5);
  });

  it("does not stumble over a kind that it does not know", () => {
    const desk = deskWith(call("1", "offered"));
    expect(withChange(desk, "weather", {})).toBe(desk);
  });
});
