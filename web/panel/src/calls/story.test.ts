import { describe, expect, it } from "vitest";
import type { Offer } from "../api/client";
import { storyOf } from "./story";

const at = (second: number) => new Date(Date.UTC(2026, 10, 2, 8, 0, second)).toISOString();

describe("the story of a call", () => {
  it("tells facts and offers in order of time, with reasons", () => {
    const story = storyOf(
      [
        { kind: "call_started", at: at(0), data: { caller_number: "021234567", dialed: "029990000" } },
        { kind: "party_rang", at: at(2), data: { party: "1001" } },
        { kind: "call_ended", at: at(30), data: { outcome: "answered", hangup_by: "caller" } },
      ],
      [
        { user_id: 1, account: "1001", queue: "sales", source: "router", offered_at: at(1), outcome: "answered", why: { rule: "longest_idle" } } as unknown as Offer,
      ],
    );
    expect(story.map((each) => [each.key, each.why])).toEqual([
      ["story.started", null],
      ["story.offered", "longest_idle"],
      ["story.rang", null],
      ["story.ended_by", null],
    ]);
  });

  it("tells where the number dialled led, and why", () => {
    const to = (basis: string, destination: unknown) => ({ kind: "CallRouted", at: at(0), data: { dialed: "02", basis, destination } });
    const story = storyOf(
      [
        to("number", { kind: "queue", queue: "sales" }),
        to("number", { kind: "extension", extension: "1003", ring_seconds: 25 }),
        to("default", { kind: "announcement", sound: "ss-noservice" }),
        to("dialplan", { kind: "queue", queue: "help" }),
        to("nothing", null),
      ],
      [],
    );
    expect(story.map((each) => [each.key, each.values.to, each.why])).toEqual([
      ["story.routed.queue", "sales", "number"],
      ["story.routed.extension", "1003", "number"],
      ["story.routed.announcement", "ss-noservice", "default"],
      ["story.routed.queue", "help", "dialplan"],
      ["story.routed.nowhere", undefined, "nothing"],
    ]);
  });

  it("has a sentence for facts of which it does not know, and for callers without number", () => {
    const story = storyOf(
      [
        { kind: "CallStarted", at: at(0), data: { caller_number: null, dialed: null } },
        { kind: "something_new", at: at(1), data: { backfilled: true } },
      ],
      [],
    );
    expect(story[0]).toMatchObject({ key: "story.started.unknown", values: { caller: { prefix: "caller", word: "withheld" } } });
    expect(story[1]).toMatchObject({ key: "story.other", values: { kind: "something new" }, isBackfilled: true });
  });
});
