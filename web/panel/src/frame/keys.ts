// Keys to what they mean: single ones, and `g` with one that follows soon. Pure.

export type Meaning = "search" | "desk" | "board" | "calls" | "contacts" | "admin" | "state" | "note" | "hang_up" | "help" | "close";

const SINGLE: Record<string, Meaning> = { "/": "search", "?": "help", s: "state", n: "note", h: "hang_up", Escape: "close" };
const AFTER_G: Record<string, Meaning> = { d: "desk", b: "board", c: "calls", p: "contacts", a: "admin" };
const SOON_MS = 1_200;

export class Keys {
  #since: number | null = null;

  /** What a key means that is pressed at `now` (ms); null: nothing. */
  press(key: string, now: number): Meaning | null {
    const isSecond = this.#since !== null && now - this.#since <= SOON_MS;
    this.#since = null;
    if (isSecond) return AFTER_G[key] ?? null;
    if (key === "g") {
      this.#since = now;
      return null;
    }
    return SINGLE[key] ?? null;
  }
}
