// The pages, each in a bundle of its own.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Frame } from "./frame/Frame";
import { Nowhere, PageError } from "./pages/Nowhere";
import { SkeletonRows } from "./parts/states";

const root = createRootRoute({ component: Frame, notFoundComponent: Nowhere });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/desk" });
  },
});
const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  component: lazyRouteComponent(() => import("./pages/Desk"), "DeskPage"),
});

const board = createRoute({
  getParentRoute: () => root,
  path: "/board",
  component: lazyRouteComponent(() => import("./pages/Board"), "BoardPage"),
});

export const SHOWN = ["all", "missed", "answered", "live"] as const;
export type Shown = (typeof SHOWN)[number];

/** Which calls the list shows. `day` is a date in the browser's own time, `agent` a user. */
export interface CallSearch {
  show?: Shown;
  q?: string;
  mine?: true;
  agent?: number;
  queue?: string;
  day?: string;
}

const words = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined);

const calls = createRoute({
  getParentRoute: () => root,
  path: "/calls",
  validateSearch: (search: Record<string, unknown>): CallSearch => ({
    show: SHOWN.find((each) => each === search.show && each !== "all"),
    q: words(search.q) || undefined,
    mine: search.mine === true || undefined,
    agent: Number.isInteger(search.agent) && Number(search.agent) > 0 ? Number(search.agent) : undefined,
    queue: words(search.queue) || undefined,
    day: /^\d{4}-\d\d-\d\d$/.test(words(search.day) ?? "") ? words(search.day) : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/Calls"), "CallsPage"),
});
const call = createRoute({
  getParentRoute: () => root,
  path: "/calls/$callId",
  component: lazyRouteComponent(() => import("./pages/Call"), "CallPage"),
});
const contacts = createRoute({
  getParentRoute: () => root,
  path: "/contacts",
  validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: words(search.q) || undefined }),
  component: lazyRouteComponent(() => import("./pages/Contacts"), "ContactsPage"),
});
const contact = createRoute({
  getParentRoute: () => root,
  path: "/contacts/$contactId",
  component: lazyRouteComponent(() => import("./pages/Contact"), "ContactPage"),
});

export interface AdminSearch {
  q?: string;
  /** The id of what is open in the form, or `new`. */
  edit?: string;
}
const adminSearch = (search: Record<string, unknown>): AdminSearch => ({
  q: words(search.q) || undefined,
  edit: words(search.edit) || undefined,
});
const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  component: lazyRouteComponent(() => import("./pages/admin/Admin"), "AdminPage"),
});
const adminHome = createRoute({
  getParentRoute: () => admin,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/admin/users", replace: true });
  },
});
const adminUsers = createRoute({
  getParentRoute: () => admin,
  path: "users",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/admin/Users"), "UsersPage"),
});
const adminTeams = createRoute({
  getParentRoute: () => admin,
  path: "teams",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/admin/Teams"), "TeamsPage"),
});
const adminPhones = createRoute({
  getParentRoute: () => admin,
  path: "phones",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/admin/Phones"), "PhonesPage"),
});
const adminNumbers = createRoute({
  getParentRoute: () => admin,
  path: "numbers",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/admin/Numbers"), "NumbersPage"),
});
const adminQueues = createRoute({
  getParentRoute: () => admin,
  path: "queues",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/admin/Queues"), "QueuesPage"),
});
const adminHistory = createRoute({
  getParentRoute: () => admin,
  path: "publications",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/admin/History"), "HistoryPage"),
});
const adminPages = [adminHome, adminUsers, adminTeams, adminPhones, adminNumbers, adminQueues, adminHistory];

export const router = createRouter({
  routeTree: root.addChildren([home, desk, board, calls, call, contacts, contact, admin.addChildren(adminPages)]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <SkeletonRows rows={10} />,
  defaultErrorComponent: PageError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
