// Who sets things up: a tree of what there is, the list, one form, and at the foot what waits to be published.
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../parts/states";
import { useMay, useMaySetUp } from "../../rights";
import { PublishBar } from "./Publish";
import { UndoBar } from "./UndoBar";
import "./admin.css";
import { did } from "./undo";

const SECTIONS = [
  { to: "/admin/users", text: "admin.users", thing: "user" },
  { to: "/admin/teams", text: "admin.teams", thing: "team" },
  { to: "/admin/phones", text: "admin.phones", thing: "phone" },
  { to: "/admin/numbers", text: "admin.numbers", thing: "number" },
  { to: "/admin/queues", text: "admin.queues", thing: "queue" },
  { to: "/admin/publications", text: "admin.history", thing: "settings" },
] as const;

export function AdminPage() {
  const { t } = useTranslation();
  const may = useMay();
  const maySetUp = useMaySetUp();
  useEffect(() => () => did(null), []);
  if (!maySetUp) return <Empty title={t("admin.no_right.title")} text={t("admin.no_right")} />;
  return (
    <div className="admin">
      <nav className="admin-tree" aria-label={t("nav.admin")}>
        {SECTIONS.filter(({ thing }) => may("read", thing)).map(({ to, text }) => (
          <Link key={to} to={to} activeOptions={{ includeSearch: false }}>
            {t(text)}
          </Link>
        ))}
      </nav>
      <div className="admin-body">
        <Outlet />
        <UndoBar />
      </div>
      {may("read", "settings") && <PublishBar />}
    </div>
  );
}
