// The story of a call: its facts and offers as sentences, in order of time. Pure; the words come from the page.
import type { Fact, Offer } from "../api/client";

type Key =
  | "story.started"
  | "story.started.unknown"
  | "story.routed.queue"
  | "story.routed.extension"
  | "story.routed.announcement"
  | "story.routed.nowhere"
  | "story.queued"
  | "story.offered"
  | "story.rang"
  | "story.stopped"
  | "story.answered"
  | "story.left"
  | "story.held"
  | "story.resumed"
  | "story.transferred"
  | "story.recording"
  | "story.ended"
  | "story.ended_by"
  | "story.overdue"
  | "story.other";

export interface Sentence {
  at: string;
  key: Key;
  /** `text:` values are shown as they are; `word:` values are looked up: prefix and word. */
  values: Record<string, string | { prefix: string; word: string }>;
  /** Why it was decided so, where somebody decided: the rule's name. `pbx`: Asterisk did. */
  why: string | null;
  isBackfilled: boolean;
}

const text = (data: Record<string, unknown>, name: string): string => {
  const value = data[name];
  return typeof value === "string" && value !== "" ? value : "?";
};

// Where the call was led: to what, by its kind.
function routed(destination: unknown): Pick<Sentence, "key" | "values"> {
  const to = destination !== null && typeof destination === "object" ? (destination as Record<string, unknown>) : {};
  switch (to.kind) {
    case "queue":
      return { key: "story.routed.queue", values: { to: text(to, "queue") } };
    case "extension":
      return { key: "story.routed.extension", values: { to: text(to, "extension") } };
    case "announcement":
      return { key: "story.routed.announcement", values: { to: text(to, "sound") } };
    default:
      return { key: "story.routed.nowhere", values: {} };
  }
}

function sentence(fact: Fact): Pick<Sentence, "key" | "values"> | null {
  const { kind, data } = fact;
  const party = text(data, "party");
  switch (kind.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase()) {
    case "call_started": {
      const caller = data.caller_number ? text(data, "caller_number") : { prefix: "caller", word: "withheld" };
      return data.dialed
        ? { key: "story.started", values: { caller, dialed: text(data, "dialed") } }
        : { key: "story.started.unknown", values: { caller } };
    }
    case "call_routed":
      return routed(data.destination);
    case "call_queued":
      return { key: "story.queued", values: { queue: text(data, "queue") } };
    case "party_rang":
      return { key: "story.rang", values: { party } };
    case "party_stopped_ringing":
      return { key: "story.stopped", values: { party, reason: { prefix: "ring_end", word: text(data, "reason") } } };
    case "party_answered":
      return { key: "story.answered", values: { party } };
    case "party_left":
      return { key: "story.left", values: { party } };
    case "call_held":
      return { key: "story.held", values: { party } };
    case "call_resumed":
      return { key: "story.resumed", values: { party } };
    case "call_transferred":
      return { key: "story.transferred", values: { from: text(data, "from_party"), to: text(data, "to_party") } };
    case "recording_started":
      return { key: "story.recording", values: {} };
    case "call_overdue":
      return { key: "story.overdue", values: {} };
    case "call_ended": {
      const outcome = { prefix: "outcome", word: text(data, "outcome") };
      return data.hangup_by
        ? {
            key: "story.ended_by",
            values: { outcome, side: { prefix: "detail.ended_by", word: text(data, "hangup_by") } },
          }
        : { key: "story.ended", values: { outcome } };
    }
    default:
      return { key: "story.other", values: { kind: kind.replaceAll("_", " ") } };
  }
}

export function storyOf(facts: readonly Fact[], offers: readonly Offer[]): Sentence[] {
  const told: Sentence[] = [];
  for (const offer of offers) {
    const rule = offer.why?.rule;
    told.push({
      key: "story.offered",
      values: { party: offer.account },
      at: offer.offered_at,
      why: typeof rule === "string" ? rule : offer.why === null ? "pbx" : null,
      isBackfilled: false,
    });
  }
  for (const fact of facts) {
    const what = sentence(fact);
    const basis = fact.data.basis;
    const why = typeof basis === "string" ? basis : null;
    if (what) told.push({ ...what, at: fact.at, why, isBackfilled: fact.data.backfilled === true });
  }
  // Stable: a phone rings because it was offered the call, and what happened at one moment stays in the order in which it was told.
  return told.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
