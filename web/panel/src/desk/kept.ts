// What the agent keeps of a call: notes, outcome, follow-up. On the server with every pause in typing, so nothing is lost.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { queries } from "../queries";

type NoteView = components["schemas"]["CallNoteView"];
type Draft = Partial<Pick<NoteView, "text" | "outcome" | "follow_up_at">>;
export type Saving = { state: "saved" | "saving" } | { state: "failed"; error: unknown } | null;

export const NOTE_ID = "call-note";
const FRESH_MS = 2_000; // Whoever comes back to this tab may have written in another.
const PAUSE_MS = 600;
const AGAIN_MS = 3_000;

export function useKept(callId: string, contactId: number | null) {
  const path = `/calls/${encodeURIComponent(callId)}/note`;
  const kept = useQuery({
    queryKey: ["note", callId],
    queryFn: () => api<NoteView>(path),
    // The journal writes in batches: just after the first ring the call may not be there yet.
    retry: 5,
    retryDelay: 400,
    staleTime: FRESH_MS,
  });
  const [draft, setDraft] = useState<Draft | null>(null);
  const [saving, setSaving] = useState<Saving>(null);
  const dirty = useRef<Draft | null>(null);
  const before = useRef<NoteView | undefined>(undefined);
  before.current = kept.data;

  const change = useCallback((part: Draft) => {
    dirty.current = { ...dirty.current, ...part };
    setDraft(dirty.current);
  }, []);

  // Who typed before it was known what stood there keeps both.
  useEffect(() => {
    const [text, typed] = [kept.data?.text, dirty.current?.text];
    if (text && typed !== undefined && !typed.startsWith(text)) change({ text: `${text}\n${typed}` });
  }, [kept.isPending]); // Once, when it is known.

  const save = useCallback(async () => {
    const [part, was] = [dirty.current, before.current];
    if (part === null) setDraft(null); // What the server has is what is shown, also when another tab wrote it.
    if (part === null || was === undefined) return;
    setSaving({ state: "saving" });
    try {
      const { text, outcome, follow_up_at } = { ...was, ...part };
      const body = { text, outcome, follow_up_at, contact_id: contactId };
      const saved = await api<NoteView>(path, { method: "PUT", body });
      queries.setQueryData(["note", callId], saved);
      if (dirty.current === part) {
        dirty.current = null;
        // The server takes spaces off the end: not while somebody types on.
        if (document.activeElement?.id !== NOTE_ID) setDraft(null);
      }
      if ("follow_up_at" in part) void queries.invalidateQueries({ queryKey: ["tasks"] });
      setSaving({ state: "saved" });
    } catch (error) {
      setSaving({ state: "failed", error });
    }
  }, [path, callId, contactId]);

  useEffect(() => {
    if (dirty.current === null) return;
    const timer = setTimeout(() => void save(), saving?.state === "failed" ? AGAIN_MS : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, saving, save, kept.isPending]);

  // Whoever is chosen after something was written: it is theirs.
  const written = kept.data && (kept.data.text !== "" || kept.data.outcome !== null || kept.data.follow_up_at !== null);
  useEffect(() => {
    if (written && contactId !== null && kept.data?.contact_id !== contactId) change({});
  }, [contactId]); // eslint-disable-line

  const latest = useRef(save);
  latest.current = save;
  useEffect(() => () => void latest.current(), []); // Whoever leaves the page leaves nothing behind.

  const now = { text: "", outcome: null, follow_up_at: null, ...kept.data, ...draft };
  return { ...now, saving, change, save };
}
