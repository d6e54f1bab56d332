// The pages that stand in the rail and in the palette, and whose they are.
import type { ComponentType } from "react";
import { AdminIcon, BoardIcon, CallsIcon, ContactsIcon, DeskIcon } from "../parts/icons";
import { useMaySetUp } from "../rights";
import { useMe } from "../session";

const DESK = { to: "/desk", text: "nav.desk", icon: DeskIcon, keys: "g d" } as const;
const BOARD = { to: "/board", text: "nav.board", icon: BoardIcon, keys: "g b" } as const;
const CALLS = { to: "/calls", text: "nav.calls", icon: CallsIcon, keys: "g c" } as const;
const CONTACTS = { to: "/contacts", text: "nav.contacts", icon: ContactsIcon, keys: "g p" } as const;
const ADMIN = { to: "/admin", text: "nav.admin", icon: AdminIcon, keys: "g a" } as const;

type Page = (typeof DESK | typeof BOARD | typeof CALLS | typeof CONTACTS | typeof ADMIN) & { icon: ComponentType };

/** Only what one's role uses. */
export function usePages(): Page[] {
  const me = useMe();
  const maySetUp = useMaySetUp();
  const seesBoard = me.rights.some((right) => right.thing === "board" && right.action === "read");
  return [DESK, ...(seesBoard ? [BOARD] : []), CALLS, CONTACTS, ...(maySetUp ? [ADMIN] : [])];
}

/** What stands below a page of the rail: for the palette. */
export const ADMIN_PAGES = [
  { to: "/admin/users", text: "admin.users" },
  { to: "/admin/teams", text: "admin.teams" },
  { to: "/admin/phones", text: "admin.phones" },
  { to: "/admin/numbers", text: "admin.numbers" },
  { to: "/admin/queues", text: "admin.queues" },
  { to: "/admin/publications", text: "admin.history" },
] as const;
