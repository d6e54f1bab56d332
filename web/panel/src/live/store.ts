// The one live connection of this tab, and the desk that it tells of.
import { useEffect, useSyncExternalStore } from "react";
import type { Agent, Board } from "../api/client";
import { credentials } from "../api/client";
import { learnSkew } from "../clock";
import { queries } from "../queries";
import { type BoardChange, withBoardChange } from "./board";
import { type ConnectionState, LiveConnection } from "./connection";
import { type Desk, type DeskCall, EMPTY_DESK, withChange, withSnapshot } from "./desk";

interface Live {
  connection: ConnectionState;
  lastNews: number | null;
  desk: Desk;
  /** undefined: not known yet; null: not ours to see. */
  board: Board | null | undefined;
}

const START: Live = { connection: "connecting", lastNews: null, desk: EMPTY_DESK, board: undefined };
const BOARD = "board";
const AFTER_CALL_MS = 700; // The journal writes in batches.

let live = START;
let connection: LiveConnection | null = null;
const listeners = new Set<() => void>();

function set(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLive = (): Live => useSyncExternalStore(subscribe, () => live);
export const useDesk = (): Desk => useSyncExternalStore(subscribe, () => live.desk);

let boardViewers = 0;

/** The board, which is followed for as long as somebody looks at it. */
export function useBoard(): Board | null | undefined {
  useEffect(() => {
    boardViewers += 1;
    connection?.follow(BOARD);
    return () => {
      boardViewers -= 1;
      if (boardViewers > 0) return;
      connection?.leave(BOARD);
      // What stood there would be old when they come back.
      set({ board: undefined });
    };
  }, []);
  return useSyncExternalStore(subscribe, () => live.board);
}

function refresh(): void {
  void queries.invalidateQueries({ queryKey: ["calls"] });
  void queries.invalidateQueries({ queryKey: ["call"] });
  void queries.invalidateQueries({ queryKey: ["timeline"] });
  void queries.invalidateQueries({ queryKey: ["tasks"] });
}

export function connect(userId: number, onRefused: () => void): () => void {
  const topic = `desk:${userId}`;
  let lastNews: number | null = null;
  connection = new LiveConnection(credentials.token, {
    state(state) {
      // While it tries again the bar stays: a page that flickers between two words tells nothing.
      if (state === "connecting" && live.connection === "offline") return;
      if (state === "offline") set({ connection: state, lastNews });
      else set({ connection: state });
    },
    snapshot(of, data) {
      if (of === BOARD) set({ board: data as Board });
      if (of !== topic) return;
      set({ desk: withSnapshot(live.desk, data as { agent: Agent | null; calls: DeskCall[] }) });
      refresh();
    },
    change(of, kind, data) {
      if (of === BOARD && live.board) set({ board: withBoardChange(live.board, data as BoardChange) });
      if (of !== topic) return;
      set({ desk: withChange(live.desk, kind, data) });
      if (kind === "agent_state") return;
      refresh();
      if (kind !== "call_answered") setTimeout(refresh, AFTER_CALL_MS);
    },
    denied(of) {
      if (of === BOARD) set({ board: null });
    },
    news(at) {
      lastNews = Date.now();
      learnSkew(at);
    },
    refused: onRefused,
  });
  if (boardViewers > 0) connection.follow(BOARD);
  const hurry = () => connection?.hurry();
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  return () => {
    window.removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    connection?.close();
    connection = null;
    live = START;
  };
}

export const desk = {
  choose(callId: string, contactId: number): void {
    set({ desk: { ...live.desk, chosen: { ...live.desk.chosen, [callId]: contactId } } });
  },
  putAway(callId: string): void {
    set({ desk: { ...live.desk, closed: [...live.desk.closed, callId] } });
  },
  /** Somebody was added while their call is on the desk. */
  addCaller(callId: string, contact: { id: number; name: string; company: string | null }): void {
    const calls = live.desk.calls.map((call) =>
      call.call_id === callId ? { ...call, contacts: [...call.contacts, contact] } : call,
    );
    set({ desk: { ...live.desk, calls } });
    desk.choose(callId, contact.id);
  },
  agentIs(agent: Agent): void {
    set({ desk: { ...live.desk, agent } });
  },
};
