// The server's time, ticking once a second for everything that shows a timer.
import { useSyncExternalStore } from "react";

let skew = 0; // Server's clock minus ours, in ms.
let second = Math.floor(Date.now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

export const serverNow = () => Date.now() + skew;

export function learnSkew(serverTime: string): void {
  const heard = Date.parse(serverTime) - Date.now();
  // The message travelled for some ms: small differences are no news, and a timer must not tremble.
  if (Number.isFinite(heard) && Math.abs(heard - skew) > 500) skew = heard;
}

function tick(): void {
  const now = Math.floor(serverNow() / 1000);
  if (now === second) return;
  second = now;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 200);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Server's time in ms, new once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second) * 1000;
}
