// One box for everybody whom we know: results while typing, Enter opens the first.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ContactList, api } from "../api/client";
import { SearchIcon } from "../parts/icons";

const ROWS = 7;

export function Search() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const query = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["contacts", "search", query],
    queryFn: () => api<ContactList>(`/contacts?limit=${ROWS}&q=${encodeURIComponent(query)}`),
    enabled: query.length > 0,
    placeholderData: (before) => before,
  });
  const items = query === "" ? [] : (found.data?.items ?? []);
  const chosen = Math.min(at, Math.max(0, items.length - 1));

  function leave() {
    setText("");
    setOpen(false);
    setAt(0);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }

  function open(id: number) {
    leave();
    void navigate({ to: "/contacts/$contactId", params: { contactId: String(id) } });
  }

  function keyDown(event: KeyboardEvent) {
    if (event.key === "Escape") leave();
    else if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, items.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter" && !event.nativeEvent.isComposing && query !== "") {
      const item = items[chosen];
      if (item && !found.isPlaceholderData) open(item.id);
      else {
        leave();
        void navigate({ to: "/contacts", search: { q: query } });
      }
    } else return;
    event.preventDefault();
  }

  const shows = isOpen && query !== "" && found.data !== undefined;
  return (
    <div className="search" onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
      <SearchIcon />
      <input
        id="search"
        type="search"
        role="combobox"
        autoComplete="off"
        placeholder={t("search")}
        aria-label={t("search")}
        aria-expanded={shows}
        aria-controls="search-results"
        aria-activedescendant={shows && items[chosen] ? `found-${items[chosen].id}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setAt(0);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={keyDown}
      />
      <kbd className="wide" aria-hidden="true">
        /
      </kbd>
      {shows && (
        <div className="search-results" id="search-results" role="listbox" aria-label={t("search")}>
          {items.map((contact, index) => (
            <div
              key={contact.id}
              id={`found-${contact.id}`}
              role="option"
              aria-selected={index === chosen}
              className="row"
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => open(contact.id)}
            >
              <span className="grow cut">{contact.name}</span>
              <span className="quiet cut">{contact.company ?? contact.numbers[0]?.typed}</span>
            </div>
          ))}
          {items.length === 0 && <p className="row quiet">{t("search.none", { query })}</p>}
        </div>
      )}
    </div>
  );
}
