// Each topic brings a snapshot with a number, then changes that count on from it. A hole means that something is missing.

export class Numbering {
  #last = new Map<string, number>();

  snapshot(topic: string, seq: number): void {
    this.#last.set(topic, seq);
  }

  /** Whether the change is the one that follows; if not, only a new snapshot can be trusted. */
  follows(topic: string, seq: number): boolean {
    const last = this.#last.get(topic);
    if (last === undefined || seq !== last + 1) return false;
    this.#last.set(topic, seq);
    return true;
  }

  forget(): void {
    this.#last.clear();
  }
}

const FIRST_MS = 500;
const LONGEST_MS = 8_000;

/** How long to wait before the n-th try (from 0), spread out by `chance` (0 to 1): desks must not come back all at once. */
export function retryDelay(tries: number, chance: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(tries, 20), LONGEST_MS) * (0.5 + chance);
}
