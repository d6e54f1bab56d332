// Who is signed in here: by the session's cookie, or by a token of this tab.
import { useQuery } from "@tanstack/react-query";
import { ApiError, type Me, type Session, api, credentials } from "./api/client";
import { queries } from "./queries";

const KEY = ["session"];

let ended = false;
/** Whether somebody was signed in here until their session ended by itself. */
export const hasEnded = () => ended;

async function whoAmI(): Promise<Me | null> {
  try {
    if (credentials.token !== null) return await api<Me>("/me", { isSignIn: true });
    const session = await api<Session>("/session", { isSignIn: true });
    credentials.useCsrf(session.csrf_token);
    return session.user;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      credentials.useToken(null);
      return null;
    }
    throw error;
  }
}

export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: whoAmI, staleTime: Infinity, gcTime: Infinity, refetchOnWindowFocus: false });
}

export function useMe(): Me {
  const me = useSession().data;
  if (!me) throw new Error("nobody is signed in");
  return me;
}

function welcome(me: Me): void {
  ended = false;
  queries.setQueryData(KEY, me);
}

export async function signIn(login: string, password: string): Promise<void> {
  const body = { login, password };
  const session = await api<Session>("/session", { method: "POST", body, isSignIn: true });
  credentials.useCsrf(session.csrf_token);
  welcome(session.user);
}

export async function signInWithToken(token: string): Promise<void> {
  credentials.useToken(token);
  try {
    welcome(await api<Me>("/me", { isSignIn: true }));
  } catch (error) {
    credentials.useToken(null);
    throw error;
  }
}

export async function signOut(): Promise<void> {
  if (credentials.token === null) await api("/session", { method: "DELETE" });
  forget(false);
}

/** Nobody is signed in any more; `byItself` when that was not asked for. */
export function forget(byItself: boolean): void {
  ended = byItself;
  credentials.useToken(null);
  credentials.useCsrf(null);
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
  queries.setQueryData(KEY, null);
}

credentials.whenEnded(() => forget(true));
