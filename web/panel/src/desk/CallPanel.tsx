// A call on the desk: how far it is, who it is, what happened with them before; beside it what is kept of it.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { word } from "../i18n";
import { type DeskCall, chosenContact, isOpen } from "../live/desk";
import { desk as store, useDesk } from "../live/store";
import { Tasks } from "../parts/Tasks";
import { Timer } from "../parts/Timer";
import { useHeadline } from "../parts/caller";
import { useQueueLabel } from "../parts/queueNames";
import { SkeletonRows } from "../parts/states";
import { Timeline } from "../parts/Timeline";
import { duration, secondsBetween } from "../time";
import { HangUp } from "./HangUp";
import { Keeping } from "./Keeping";
import { NewCaller } from "./NewCaller";
import { Facts, Person } from "./Person";
import { WrapUp } from "./WrapUp";

type Caller = components["schemas"]["CallerView"];

const STATE = { offered: "reserved", answered: "talking", ended: "not_ready", gone: "not_ready" } as const;
const ROWS = 12;

/** Companies with the caller's number, asked for where no person has it. undefined: not known yet. */
function useCompanies(call: DeskCall) {
  const isWanted = call.contacts.length === 0 && call.caller_number !== null;
  const found = useQuery({
    queryKey: ["callers", call.caller_number],
    queryFn: () => api<Caller>(`/callers?limit=0&number=${encodeURIComponent(call.caller_number ?? "")}`),
    enabled: isWanted,
  });
  if (!isWanted || found.isError) return [];
  return found.data?.companies.map((known) => known.company);
}

export function CallPanel({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const headline = useHeadline();
  const contact = chosenContact(desk, call);
  const companies = useCompanies(call);
  const [chosenCompany, setChosenCompany] = useState<number | null>(null);
  const company =
    companies?.length === 1 ? companies[0] : companies?.find((each) => each.id === chosenCompany);
  const hasChoice = call.contacts.length > 1;
  const hasCompanies = companies !== undefined && companies.length > 1;
  const isNobodys = call.contacts.length === 0;
  const keeps = call.phase === "answered" || call.phase === "ended";
  return (
    <>
      <section className="stage">
        {desk.agent?.state === "wrap_up" && <WrapUp agent={desk.agent} />}
        <article className="call" data-phase={call.phase}>
          <CallStrip call={call} />
          <div className="who">
            {hasChoice && (
              <Choice
                legend={t("caller.several", { count: call.contacts.length })}
                options={call.contacts}
                chosen={contact?.id ?? null}
                onChoose={(id) => store.choose(call.call_id, id)}
              />
            )}
            {hasCompanies && (
              <Choice
                legend={t("caller.companies", { count: companies.length })}
                options={companies}
                chosen={company?.id ?? null}
                onChoose={setChosenCompany}
              />
            )}
            {((!hasChoice && !hasCompanies) || contact || company) && (
              <h1 id="caller">
                {contact ? (
                  <Link to="/contacts/$contactId" params={{ contactId: String(contact.id) }}>
                    {contact.name}
                  </Link>
                ) : (
                  (company?.name ?? headline(call, contact))
                )}
              </h1>
            )}
            <p className="facts">
              {call.caller_number && <strong className="number">{call.caller_number}</strong>}
              {contact?.company && <span>{contact.company}</span>}
              {company && <span className="tag">{t("caller.is_company")}</span>}
              {contact && call.caller_name && call.caller_name !== contact.name && call.caller_name !== call.caller_number && (
                <span className="quiet">“{call.caller_name}”</span>
              )}
              {call.dialed && <span className="quiet">{t("call.dialed", { number: call.dialed })}</span>}
            </p>
            {isNobodys && call.caller_number === null && <p className="hint">{t("caller.withheld.hint")}</p>}
            {isNobodys && call.caller_number !== null && companies !== undefined && (
              <NewCaller
                key={company?.id}
                call={call}
                number={call.caller_number}
                company={company ? { id: company.id, name: company.name } : null}
                isKnown={companies.length > 0}
              />
            )}
          </div>
          {(contact || company) && <Tasks about={contact ? { contact: contact.id } : { company: company!.id }} />}
          {companies === undefined && <SkeletonRows rows={6} />}
          {(call.contacts.length > 0 || company) && (
            <section className="history" aria-label={t("timeline")}>
              <h2>{t("timeline")}</h2>
              {contact || company ? (
                <Timeline
                  about={contact ? { contact: contact.id } : { company: company!.id }}
                  rows={ROWS}
                  except={call.call_id}
                />
              ) : (
                <p className="row quiet">{t("timeline.choose")}</p>
              )}
            </section>
          )}
        </article>
      </section>
      {(keeps || contact || company) && (
        <aside className="beside">
          {keeps && <Keeping callId={call.call_id} contactId={contact?.id ?? null} isOver={call.phase === "ended"} />}
          {contact ? (
            <Person contactId={contact.id} />
          ) : (
            company && (
              <section className="person" aria-label={t("contact.company")}>
                <h2>{t("contact.company")}</h2>
                <Facts record={company} />
              </section>
            )
          )}
        </aside>
      )}
    </>
  );
}

function CallStrip({ call }: { call: DeskCall }) {
  const { t } = useTranslation();
  const queueLabel = useQueueLabel();
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
      <span>{call.queue ? t("call.queue", { queue: queueLabel(call.queue) }) : t("call.direct")}</span>
      {waitedUntil ? (
        <span className="quiet">{t("call.waited", { time: duration(secondsBetween(call.waiting_since, waitedUntil)) })}</span>
      ) : (
        <Waiting since={call.waiting_since} />
      )}
      <span className="space" />
      {call.phase === "answered" && <HangUp callId={call.call_id} />}
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

interface Option {
  id: number;
  name: string;
  company?: string | null;
}

interface ChoiceProps {
  legend: string;
  options: readonly Option[];
  chosen: number | null;
  onChoose: (id: number) => void;
}

function Choice({ legend, options, chosen, onChoose }: ChoiceProps) {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.id}>
          <input type="radio" name="caller" checked={option.id === chosen} onChange={() => onChoose(option.id)} />
          <strong className="grow">{option.name}</strong>
          <span className="quiet">{option.company}</span>
        </label>
      ))}
    </fieldset>
  );
}
