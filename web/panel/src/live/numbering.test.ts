import { describe, expect, it } from "vitest";
import { Numbering, retryDelay } from "./numbering";

describe("numbering", () => {
  it("takes changes that count on from the snapshot, topic by topic", () => {
    const numbers = new Numbering();
    numbers.snapshot("desk:1", 7);
    numbers.snapshot("desk:2", 1);
    expect([numbers.follows("desk:1", 8), numbers.follows("desk:2", 2), numbers.follows("desk:1", 9)]).toEqual([true, true, true]);
  });

  it.each([
    ["a hole", 9],
    ["the same again", 7],
    ["an old one", 3],
  ])("takes %s for a gap, until a new snapshot", (_, seq) => {
    const numbers = new Numbering();
    numbers.snapshot("desk:1", 7);
    expect(numbers.follows("desk:1", seq)).toBe(false);
    numbers.snapshot("desk:1", 20);
    expect(numbers.follows("desk:1", 21)).toBe(true);
  });

  it("trusts no change before a snapshot, nor after a lost connection", () => {
    const numbers = new Numbering();
    expect(numbers.follows("desk:1", 1)).toBe(false);
    numbers.snapshot("desk:1", 1);
    numbers.forget();
    expect(numbers.follows("desk:1", 2)).toBe(false);
  });
});

describe("retryDelay", () => {
  it("doubles up to a limit", () => {
    expect([0, 1, 2, 3, 4, 5, 1000].map((tries) => retryDelay(tries, 0.5))).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it("is spread out by half of itself, either way", () => {
    expect([retryDelay(1, 0), retryDelay(1, 1)]).toEqual([500, 1500]);
  });
});
