// What was done last, and how to take it back.
import { useSyncExternalStore } from "react";

export interface Done {
  text: string;
  undo?: () => Promise<unknown>;
}

const SHOWN_MS = 30_000;

let last: Done | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function did(done: Done | null): void {
  last = done;
  clearTimeout(timer);
  if (done) timer = setTimeout(() => did(null), SHOWN_MS);
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useDone = () => useSyncExternalStore(subscribe, () => last);
