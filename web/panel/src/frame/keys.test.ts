import { describe, expect, it } from "vitest";
import { Keys } from "./keys";

describe("keys", () => {
  it("knows single ones", () => {
    const keys = new Keys();
    expect(["/", "?", "s", "Escape", "x"].map((key) => keys.press(key, 0))).toEqual(["search", "help", "state", "close", null]);
  });

  it("waits for what follows a g, but not for ever", () => {
    const keys = new Keys();
    expect(keys.press("g", 0)).toBeNull();
    expect(keys.press("c", 900)).toBe("calls");
    expect(keys.press("c", 901)).toBeNull();
    keys.press("g", 1_500);
    expect(keys.press("b", 1_600)).toBe("board");
    keys.press("g", 2_000);
    expect(keys.press("s", 9_000)).toBe("state");
  });

  it("takes the key after a g for nothing else", () => {
    const keys = new Keys();
    keys.press("g", 0);
    expect(keys.press("?", 100)).toBeNull();
  });
});
