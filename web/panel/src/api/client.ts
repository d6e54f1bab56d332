// Requests to the API. Errors say what happened as a kind that the user's language has words for.
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Me = Schemas["MeView"];
export type Session = Schemas["SessionView"];
export type Agent = Schemas["AgentView"];
export type Call = Schemas["CallView"];
export type CallList = Schemas["CallList"];
export type CallDetails = Schemas["CallDetails"];
export type Fact = Schemas["FactView"];
export type Offer = Schemas["OfferView"];
export type Contact = Schemas["ContactView"];
export type ContactList = Schemas["ContactList"];
export type Activity = Schemas["ActivityView"];
export type Board = Schemas["BoardView"];
export type BoardQueue = Schemas["BoardQueueView"];
export type BoardCaller = Schemas["BoardCallerView"];
export type BoardAgent = Schemas["BoardAgentView"];
export type ActivityList = Schemas["ActivityList"];
export type User = Schemas["UserView"];
export type Team = Schemas["TeamView"];
export type Role = Schemas["RoleView"];
export type Phone = Schemas["PhoneView"];
export type PhoneSecret = Schemas["PhoneSecret"];
export type Queue = Schemas["QueueView"];
export type DialedNumber = Schemas["DialedNumberView"];
export type Destination = DialedNumber["destination"];
export type Pbx = Schemas["PbxView"];
export type Publication = Schemas["PublicationView"];
export type Change = Schemas["ChangeView"];
export type FieldProblem = Schemas["FieldProblem"];

const TIMEOUT_MS = 10_000;
const TOKEN = "ringdesk.token";

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: nobody answered.
    detail: string,
    /** What is wrong with which field. */
    readonly errors: FieldProblem[] = [],
  ) {
    super(detail);
  }
}

let csrf: string | null = null;
let onEnded: () => void = () => undefined;

export const credentials = {
  /** The token of a sign-in without a session; null where the session's cookie signs in. */
  get token(): string | null {
    return sessionStorage.getItem(TOKEN);
  },
  useToken(token: string | null): void {
    if (token === null) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, token);
  },
  useCsrf(token: string | null): void {
    csrf = token;
  },
  whenEnded(listener: () => void): void {
    onEnded = listener;
  },
};

interface Options {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: unknown;
  /** Whether a 401 is an answer to whoever asked, and not the end of the session. */
  isSignIn?: boolean;
  timeoutMs?: number;
}

/** Every row of a list that has pages: for the lists that one chooses from. */
export async function allOf<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for (let cursor = ""; ; ) {
    const separator = path.includes("?") ? "&" : "?";
    const page = await api<{ items: T[]; next_cursor: string | null }>(
      `${path}${separator}limit=200&cursor=${encodeURIComponent(cursor)}`,
    );
    rows.push(...page.items);
    if (page.next_cursor === null) return rows;
    cursor = page.next_cursor;
  }
}

export async function api<T>(
  path: string,
  { method = "GET", body, isSignIn = false, timeoutMs = TIMEOUT_MS }: Options = {},
): Promise<T> {
  const headers: Record<string, string> = {};
  const token = credentials.token;
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  else if (csrf !== null && method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    throw new ApiError(0, "");
  }
  if (response.status === 204) return undefined as T;
  const answer = (await response.json().catch(() => ({}))) as {
    detail?: string;
    title?: string;
    errors?: FieldProblem[];
  };
  if (response.ok) return answer as T;
  if (response.status === 401 && !isSignIn) onEnded();
  throw new ApiError(response.status, answer.detail ?? answer.title ?? String(response.status), answer.errors);
}
