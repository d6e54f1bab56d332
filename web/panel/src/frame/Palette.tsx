// The command palette: pages, people and actions by a few letters, without the mouse. Ctrl-K or Cmd-K opens it.
import { useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ContactList, api } from "../api/client";
import { LANGUAGES, type Language, speak } from "../i18n";
import { useDesk } from "../live/store";
import { SearchIcon } from "../parts/icons";
import { useErrorText } from "../parts/states";
import { signOut } from "../session";
import { type Findable, found } from "./matching";
import { ADMIN_PAGES, usePages } from "./pages";
import { REASONS, type Wish, useAskFor } from "./state";

const PEOPLE = 6;

interface Item extends Findable {
  id: string;
  keys?: string;
  hint?: string | null;
  isPage?: boolean;
  /** A state's colour. */
  state?: string;
  /** True where the palette stays open until it is known whether it worked. */
  run: () => boolean | void;
}

export function Palette({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    function listen(event: globalThis.KeyboardEvent) {
      const isOurs = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.code === "KeyK";
      if (!isOurs || event.defaultPrevented) return;
      event.preventDefault(); // The browser's own search is behind it.
      if (document.querySelector("[role=dialog]") === null) setOpen(true);
    }
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  if (!isOpen) return null;

  /** The keyboard goes back to where it was; or, on a new page, to that. */
  function close(isNewPage = false) {
    dialog.current?.close();
    setOpen(false); // The browser's own event of it comes later, when it may be open again.
    if (isNewPage) document.getElementById("page")?.focus();
  }
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={t("palette.title")}
      onCancel={() => setOpen(false)}
      // Beside the box it is the dialog itself that is clicked.
      onPointerDown={(event) => event.target === event.currentTarget && close()}
    >
      <Commands onHelp={onHelp} close={close} />
    </dialog>
  );
}

function Commands({ onHelp, close }: { onHelp: () => void; close: (isNewPage?: boolean) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const query = useDeferredValue(text.trim());
  const askFor = useAskFor();
  const errorText = useErrorText();
  const people = usePeople(query);
  const own = useOwnItems(onHelp, (wish) => askFor.mutate(wish, { onSuccess: () => close() }));
  const items = [...found(own, text), ...people.items];
  const chosen = Math.min(at, items.length - 1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, items.length]);

  function run(item: Item) {
    if (item.run() !== true) close(item.isPage);
  }

  function keyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(chosen + 1 < items.length ? chosen + 1 : 0);
    else if (event.key === "ArrowUp") setAt(chosen > 0 ? chosen - 1 : items.length - 1);
    else if (event.key === "Enter" && items[chosen]) run(items[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  const groups = [...new Set(items.map((item) => item.group))];
  return (
    <>
      <div className="palette-box">
        <SearchIcon />
        <input
          type="text"
          role="combobox"
          autoFocus
          autoComplete="off"
          spellCheck={false}
          placeholder={t("palette.hint")}
          aria-label={t("palette.title")}
          aria-expanded={items.length > 0}
          aria-controls="palette-items"
          aria-activedescendant={items[chosen] ? `palette-${items[chosen].id}` : undefined}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={keyDown}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </div>
      {askFor.isError && (
        <p className="palette-note error" role="alert">
          {t("state.failed", { reason: errorText(askFor.error) })}
        </p>
      )}
      <div className="palette-items" id="palette-items" role="listbox" aria-label={t("palette.title")} ref={list}>
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <div className="palette-group" aria-hidden="true">
              {group}
            </div>
            {items.map((item, index) =>
              item.group !== group ? null : (
                <div
                  key={item.id}
                  id={`palette-${item.id}`}
                  role="option"
                  aria-selected={index === chosen}
                  className="row"
                  onPointerMove={() => setAt(index)}
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => run(item)}
                >
                  {item.state && <span className={item.state === "offline" ? "lamp hollow" : "lamp"} data-state={item.state} aria-hidden="true" />}
                  <span className="grow cut">{item.label}</span>
                  {item.hint && <span className="quiet cut">{item.hint}</span>}
                  {item.keys && <kbd aria-hidden="true">{item.keys}</kbd>}
                </div>
              ),
            )}
          </div>
        ))}
      </div>
      <p className="palette-note quiet" role="status">
        {people.isError
          ? t("palette.people_failed")
          : items.length === 0 && !people.isBusy
            ? t("palette.none", { query: text.trim() })
            : ""}
      </p>
    </>
  );
}

/** The contacts who fit, from the server. */
function usePeople(query: string): { items: Item[]; isBusy: boolean; isError: boolean } {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const answer = useQuery({
    queryKey: ["contacts", "palette", query],
    queryFn: () => api<ContactList>(`/contacts?limit=${PEOPLE}&q=${encodeURIComponent(query)}`),
    enabled: query !== "",
    placeholderData: (before) => before,
  });
  const contacts = query === "" ? [] : (answer.data?.items ?? []);
  const items = contacts.map((contact) => ({
    id: `contact-${contact.id}`,
    group: t("palette.people"),
    label: contact.name,
    isPage: true,
    hint: contact.company ?? contact.numbers[0]?.typed ?? null,
    run: () => void navigate({ to: "/contacts/$contactId", params: { contactId: String(contact.id) } }),
  }));
  return { items, isBusy: query !== "" && answer.isFetching, isError: query !== "" && answer.isError };
}

/** What can be done here: pages to go to, my state, language, look. */
function useOwnItems(onHelp: () => void, ask: (wish: Wish) => void): Item[] {
  const { t } = useTranslation();
  const pages = usePages();
  const { agent } = useDesk();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const wish = (id: string, state: string, label: string, wanted: Wish["wanted"], reason: string | null = null): Item => ({
    id: `state-${id}`,
    group: t("palette.state"),
    label,
    state,
    run: () => {
      ask({ wanted, reason });
      return true;
    },
  });
  return [
    ...pages.map((page) => ({
      id: `page${page.to.replaceAll("/", "-")}`,
      group: t("palette.pages"),
      label: t(page.text),
      keys: page.keys,
      isPage: true,
      run: () => void navigate({ to: page.to }),
    })),
    ...(pages.some((page) => page.to === "/admin") ? ADMIN_PAGES : []).map((page) => ({
      id: `page${page.to.replaceAll("/", "-")}`,
      group: t("nav.admin"),
      label: t(page.text),
      isPage: true,
      run: () => void navigate({ to: page.to }),
    })),
    ...(agent
      ? [
          wish("ready", "ready", t("state.go_ready"), "ready"),
          ...REASONS.map((each) =>
            wish(each, "not_ready", t("palette.not_ready", { reason: t(`reason.${each}`) }), "not_ready", each),
          ),
          wish("offline", "offline", t("state.go_offline"), "signed_out"),
        ]
      : []),
    ...Object.entries(LANGUAGES).map(([language, name]) => ({
      id: `language-${language}`,
      group: t("me.language"),
      label: name,
      run: () => void speak(language as Language, true),
    })),
    ...(["auto", "light", "dark"] as const).map((look) => ({
      id: `look-${look}`,
      group: t("me.look"),
      label: t(`me.look.${look}`),
      run: () => setColorScheme(look),
    })),
    { id: "keys", group: t("palette.more"), label: t("keys.title"), keys: "?", run: onHelp },
    { id: "sign-out", group: t("palette.more"), label: t("sign_out"), run: () => void signOut() },
  ];
}
