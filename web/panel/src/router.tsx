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

export const SHOWN = ["all", "missed", "answered", "live"] as const;
export type Shown = (typeof SHOWN)[number];

const words = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined);

const calls = createRoute({
  getParentRoute: () => root,
  path: "/calls",
  validateSearch: (search: Record<string, unknown>): { show?: Shown; q?: string } => ({
    show: SHOWN.find((each) => each === search.show && each !== "all"),
    q: words(search.q) || undefined,
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

export const router = createRouter({
  routeTree: root.addChildren([home, desk, calls, call, contacts, contact]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <SkeletonRows rows={10} />,
  defaultErrorComponent: PageError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
