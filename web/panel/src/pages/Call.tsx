import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type CallDetails, api } from "../api/client";
import { isMissed } from "../calls/kinds";
import { type Sentence, storyOf } from "../calls/story";
import { useNow } from "../clock";
import { word } from "../i18n";
import { useNames } from "../parts/agents";
import { Way } from "../parts/icons";
import { useQueueLabel } from "../parts/queueNames";
import { Empty, ErrorNote, SkeletonRows } from "../parts/states";
import { clockSeconds, dayAndClock, duration, secondsBetween } from "../time";

const AGAIN_MS = 3_000; // While words are still being recognised.

export function CallPage() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/calls/$callId" });
  const call = useQuery({
    queryKey: ["call", callId],
    queryFn: () => api<CallDetails>(`/calls/${encodeURIComponent(callId)}`),
    refetchInterval: (query) => (isUnfinished(query.state.data) ? AGAIN_MS : false),
  });
  return (
    <div className="detail-page">
      <Link to="/calls" className="back">
        ← {t("detail.back")}
      </Link>
      {call.isPending && <SkeletonRows rows={12} />}
      {call.isError && !call.data && <ErrorNote error={call.error} retry={() => void call.refetch()} />}
      {call.data && <Details details={call.data} />}
    </div>
  );
}

function isUnfinished(details: CallDetails | undefined): boolean {
  if (!details) return false;
  if (details.call.ended_at === null) return true;
  return details.recording != null && !details.transcript && !details.recording.problem;
}

function Details({ details }: { details: CallDetails }) {
  const { t } = useTranslation();
  const now = useNow();
  const names = useNames();
  const queueLabel = useQueueLabel();
  const { call, recording } = details;
  const who = call.caller_name ?? call.caller_number ?? t("caller.withheld");
  const waitedUntil = call.answered_at ?? call.ended_at ?? now;
  return (
    <>
      <header className="detail-head">
        <h1>
          <Way direction={call.direction} label={word("direction", call.direction)} /> {who}
        </h1>
        <dl className="figures">
          <Figure name={t("col.time")}>{dayAndClock(call.started_at, now)}</Figure>
          {call.caller_name && call.caller_number && <Figure name={t("contact.numbers")}>{call.caller_number}</Figure>}
          {call.queue && <Figure name={t("col.queue")}>{queueLabel(call.queue)}</Figure>}
          <Figure name={t("detail.waited")}>{duration(secondsBetween(call.started_at, waitedUntil))}</Figure>
          {call.answered_at && (
            <Figure name={t("detail.length")}>{duration(secondsBetween(call.answered_at, call.ended_at ?? now))}</Figure>
          )}
          {call.answered_by.length > 0 && <Figure name={t("col.agent")}>{names(call.answered_by)}</Figure>}
          <Figure name={t("col.outcome")}>
            <span className={isMissed(call) ? "alarm-text" : ""}>{word("outcome", call.outcome)}</span>
          </Figure>
          <Figure name={t("detail.recording")}>
            {recording?.seconds != null
              ? t("detail.recorded", { time: duration(recording.seconds) })
              : t(recording ? "none" : "detail.not_recorded")}
          </Figure>
        </dl>
      </header>
      <div className="detail-columns">
        <section aria-labelledby="transcript">
          <h2 id="transcript">{t("detail.transcript")}</h2>
          <Words details={details} />
        </section>
        <section className="story" aria-labelledby="story">
          <h2 id="story">{t("story")}</h2>
          <ol>
            {storyOf(details.facts, details.offers).map((sentence, index) => (
              <StoryLine key={index} sentence={sentence} />
            ))}
          </ol>
        </section>
      </div>
    </>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function StoryLine({ sentence }: { sentence: Sentence }) {
  const { t } = useTranslation();
  const values = Object.fromEntries(
    Object.entries(sentence.values).map(([name, value]) => [
      name,
      typeof value === "string" ? value : word(value.prefix, value.word),
    ]),
  );
  return (
    <li>
      <span className="when">{clockSeconds(sentence.at)}</span>
      <span className="grow">
        {t(sentence.key as "story.other", values as { kind: string })}
        {sentence.why && <span className="quiet"> · {word("why", sentence.why)}</span>}
        {sentence.isBackfilled && <span className="quiet"> · {t("story.backfilled")}</span>}
      </span>
    </li>
  );
}

function Words({ details: { call, recording, transcript } }: { details: CallDetails }) {
  const { t } = useTranslation();
  if (transcript) {
    if (transcript.turns.length === 0) return <Empty text={t("transcript.silent")} />;
    return (
      <dl className="turns">
        {transcript.turns.map((turn, index) => (
          <Fragment key={index}>
            <dt className="quiet">{word("transcript", turn.speaker)}</dt>
            <dd title={turn.words[0] ? duration(turn.words[0].start) : undefined} data-speaker={turn.speaker}>
              {turn.text}
            </dd>
          </Fragment>
        ))}
      </dl>
    );
  }
  if (recording?.problem) return <Empty text={t("transcript.failed", { reason: recording.problem })} />;
  if (call.ended_at === null) return <Empty text={t("transcript.later")} />;
  return <Empty text={t(recording ? "transcript.waiting" : "transcript.none")} />;
}
