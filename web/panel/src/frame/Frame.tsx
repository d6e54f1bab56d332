// What stands around every page: rail, top bar, what went wrong, keyboard.
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { connect, useLive } from "../live/store";
import { forget, useMe } from "../session";
import { clockSeconds } from "../time";
import { Help } from "./Help";
import { MeMenu } from "./MeMenu";
import { Notices } from "./Notices";
import { usePages } from "./pages";
import { Palette } from "./Palette";
import { OwnPassword } from "./OwnPassword";
import { PhoneLamp } from "./PhoneLamp";
import { RingingStrip } from "./RingingStrip";
import { Search } from "./Search";
import { StateSwitch } from "./StateSwitch";
import { useShortcuts } from "./shortcuts";

export function Frame() {
  const { t } = useTranslation();
  const me = useMe();
  const pages = usePages();
  const [showsHelp, setShowsHelp] = useState(false);
  const [showsPassword, setShowsPassword] = useState(false);
  useEffect(() => connect(me.id, () => forget(true)), [me.id]);
  useShortcuts(() => setShowsHelp(true));

  return (
    <div className="frame">
      <a className="skip" href="#page">
        {t("skip")}
      </a>
      <nav className="rail" aria-label={t("nav")}>
        <img className="rail-brand" src="/page/icon.svg" width="28" height="28" alt={t("app")} />
        {pages.map(({ to, text, icon: PageIcon }) => (
          <Link key={to} to={to} className="rail-link">
            <PageIcon />
            <span>{t(text)}</span>
          </Link>
        ))}
      </nav>
      <header className="top">
        <Search />
        <span className="space" />
        <StateSwitch />
        <PhoneLamp />
        <MeMenu onHelp={() => setShowsHelp(true)} onPassword={() => setShowsPassword(true)} />
      </header>
      <div className="bars">
        <OfflineBar />
        <RingingStrip />
        <Notices />
      </div>
      <main className="page" id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <Palette onHelp={() => setShowsHelp(true)} />
      <OwnPassword isOpen={showsPassword} onClose={() => setShowsPassword(false)} />
      <Help isOpen={showsHelp} onClose={() => setShowsHelp(false)} />
    </div>
  );
}

function OfflineBar() {
  const { t } = useTranslation();
  const { connection, lastNews } = useLive();
  if (connection !== "offline") return null;
  return (
    <div className="bar alarm" role="alert" id="offline">
      {lastNews === null ? t("offline.never") : t("offline.bar", { time: clockSeconds(lastNews) })}
    </div>
  );
}
