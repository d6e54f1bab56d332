// A call on the desk: how far it is, who it is, what happened with them before.
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { word } from "../i18n";
import { type DeskCall, chosenContact, isOpen } from "../live/desk";
import { desk as store, useDesk } from "../live/store";
import { Timer } from "../parts/Timer";
import { useHeadline } from "../parts/caller";
import { Timeline } from "../parts/Timeline";
import { duration, secondsBetween } from "../time";
import { NewCaller } from "./NewCaller";
import { Note } from "./Note";

const STATE = { offered: "reserved", answered: "talking", ended: "not_ready", gone: "not_ready" } as const;

export function CallPanel({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const headline = useHeadline();
  const contact = chosenContact(desk, call);
  const hasChoice = call.contacts.length > 1;
  return (
    <article className="call" data-phase={call.phase}>
      <CallStrip call={call} />
      <div className="who">
        {hasChoice && <Choice call={call} chosen={contact?.id ?? null} />}
        {(!hasChoice || contact) && (
          <h1 id="caller">
            {contact ? (
              <Link to="/contacts/$contactId" params={{ contactId: String(contact.id) }}>
                {contact.name}
              </Link>
            ) : (
              headline(call, contact)
            )}
          </h1>
        )}
        <p className="facts">
          {call.caller_number && <strong className="number">{call.caller_number}</strong>}
          {contact?.company && <span>{contact.company}</span>}
          {contact && call.caller_name && call.caller_name !== contact.name && call.caller_name !== call.caller_number && (
            <span className="quiet">“{call.caller_name}”</span>
          )}
          {call.dialed && <span className="quiet">{t("call.dialed", { number: call.dialed })}</span>}
        </p>
        {call.contacts.length === 0 &&
          (call.caller_number ? (
            <NewCaller call={call} number={call.caller_number} />
          ) : (
            <p className="hint">{t("caller.withheld.hint")}</p>
          ))}
      </div>
      {(call.phase === "answered" || call.phase === "ended") && (
        <Note callId={call.call_id} contactId={contact?.id ?? null} />
      )}
      {call.contacts.length > 0 && (
        <section className="history" aria-label={t("timeline")}>
          <h2>{t("timeline")}</h2>
          {contact ? (
            <Timeline contactId={contact.id} rows={12} except={call.call_id} />
          ) : (
            <p className="row quiet">{t("timeline.choose")}</p>
          )}
        </section>
      )}
    </article>
  );
}

function CallStrip({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const waitedUntil = call.answered_at ?? call.ended_at;
  return (
    <header className="strip" data-state={STATE[call.phase]}>
      <span className={call.phase === "offered" ? "lamp pulse" : "lamp"} aria-hidden="true" />
      <strong className="state-text phase">{t(`phase.${call.phase}`)}</strong>
      {call.phase === "gone" && <span>{word("gone", call.end_reason)}</span>}
      {call.phase === "answered" && call.answered_at && <Timer since={call.answered_at} />}
      {call.phase === "ended" && call.answered_at && call.ended_at && (
        <span>{t("call.talked", { time: duration(secondsBetween(call.answered_at, call.ended_at)) })}</span>
      )}
      <span>{call.queue ? t("call.queue", { queue: call.queue }) : t("call.direct")}</span>
      {waitedUntil ? (
        <span className="quiet">{t("call.waited", { time: duration(secondsBetween(call.waiting_since, waitedUntil)) })}</span>
      ) : (
        <Waiting since={call.waiting_since} />
      )}
      <span className="space" />
      {call.phase === "offered" && <span className="hint">{t("call.answer_hint")}</span>}
      {!isOpen(call) && (
        <>
          <Link to="/calls/$callId" params={{ callId: call.call_id }}>
            {t("call.story_link")}
          </Link>
          <button type="button" className="plain" onClick={() => store.putAway(call.call_id)}>
            {t("call.close")} <kbd className="wide">Esc</kbd>
          </button>
        </>
      )}
    </header>
  );
}

function Waiting({ since }: { since: string }) {
  const { t } = useTranslation();
  // The sentence around the timer is the language's own: its place for the time is found, not assumed.
  const [before, after] = t("call.waited", { time: "\u0000" }).split("\u0000");
  return (
    <span>
      {before}
      <Timer since={since} />
      {after}
    </span>
  );
}

function Choice({ call, chosen }: { call: DeskCall; chosen: number | null }) {
  const { t } = useTranslation();
  return (
    <fieldset className="choices">
      <legend>{t("caller.several", { count: call.contacts.length })}</legend>
      {call.contacts.map((contact) => (
        <label key={contact.id}>
          <input
            type="radio"
            name="caller"
            checked={contact.id === chosen}
            onChange={() => store.choose(call.call_id, contact.id)}
          />
          <strong className="grow">{contact.name}</strong>
          <span className="quiet">{contact.company}</span>
        </label>
      ))}
    </fieldset>
  );
}
