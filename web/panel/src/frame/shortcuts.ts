import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { currentCall, isOpen } from "../live/desk";
import { desk as deskStore, useDesk } from "../live/store";
import { Keys } from "./keys";

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** Listens to the keyboard, except where somebody types or a menu is open. */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate();
  const desk = useDesk();
  const latest = useRef({ desk, onHelp });
  latest.current = { desk, onHelp };

  useEffect(() => {
    const keys = new Keys();
    function listen(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
      if (isTyping(event.target) || document.querySelector("[role=menu], [role=dialog], dialog[open]")) return;
      const { desk: now, onHelp: help } = latest.current;
      const meaning = keys.press(event.key, event.timeStamp);
      if (meaning === null) return;
      event.preventDefault();
      switch (meaning) {
        case "search":
          document.getElementById("search")?.focus();
          break;
        case "note":
          document.getElementById("call-note")?.focus();
          break;
        case "desk":
        case "board":
        case "calls":
        case "contacts":
        case "admin":
          void navigate({ to: `/${meaning}` });
          break;
        case "state":
          // It opens the choice, and chooses nothing: a stray key must not take anybody off their calls.
          document.querySelector<HTMLButtonElement>(".state-button")?.click();
          break;
        case "hang_up":
          document.querySelector<HTMLButtonElement>(".hang-up")?.click();
          break;
        case "help":
          help();
          break;
        case "close": {
          const call = currentCall(now);
          if (call && !isOpen(call)) deskStore.putAway(call.call_id);
        }
      }
    }
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [navigate]);
}
