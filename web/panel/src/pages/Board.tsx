// The board: a line a queue, below it who waits and why, and who works.
import { Link } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board, BoardAgent, BoardCaller, BoardQueue } from "../api/client";
import { useNow } from "../clock";
import { reasonText } from "../frame/Notices";
import { word } from "../i18n";
import { STATES, agentsInOrder, asBefore } from "../live/board";
import { useBoard } from "../live/store";
import { Timer } from "../parts/Timer";
import { useQueueLabel } from "../parts/queueNames";
import { Empty, SkeletonRows } from "../parts/states";
import { fullDay } from "../time";

const FRESH_MS = 2_500;
const FOLDED = new Set(["reserved", "busy", "no_phone", "offline"]);

export function BoardPage() {
  const { t } = useTranslation();
  const board = useBoard();
  return (
    <div className="board">
      <div className="list-head">
        <h1>{t("board.title")}</h1>
        {board && <span className="quiet wide">{t("board.day", { date: fullDay(board.day) })}</span>}
      </div>
      {board === undefined && <SkeletonRows rows={15} />}
      {board === null && <Empty title={t("error.load")} text={t("error.right")} />}
      {board && <Whole board={board} />}
    </div>
  );
}

function Whole({ board }: { board: Board }) {
  const names = new Map(board.agents.map((agent) => [agent.user_id, agent.name]));
  return (
    <>
      <Queues queues={board.queues} />
      <div className="board-columns">
        <Waiting callers={board.waiting} total={board.queues.reduce((sum, line) => sum + line.waiting, 0)} names={names} />
        <Agents agents={agentsInOrder(board.agents)} />
      </div>
    </>
  );
}

function Queues({ queues }: { queues: BoardQueue[] }) {
  const { t } = useTranslation();
  const labelOf = useQueueLabel();
  if (queues.length === 0) return <Empty text={t("board.no_queues")} />;
  return (
    <table className="table board-queues">
      <caption className="hidden">{t("board.queues")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("col.queue")}</th>
          <th scope="col" className="figure">
            {t("board.waiting")}
          </th>
          <th scope="col" className="figure">
            {t("board.longest")}
          </th>
          <th scope="col" className="figure">
            {t("board.answered")}
          </th>
          <th scope="col" className="figure">
            {t("board.abandoned")}
          </th>
          {STATES.map((state) => (
            <th scope="col" key={state} className="figure state-column" title={word("state", state)}>
              {word("state", state)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={queue.name} data-queue={queue.name}>
            <th scope="row">{labelOf(queue.name)}</th>
            <Figure name={t("board.waiting")} is="waiting" isQuiet={queue.waiting === 0}>
              {queue.waiting}
            </Figure>
            <Figure name={t("board.longest")} is="longest" isQuiet={queue.longest_since === null}>
              {queue.longest_since === null ? t("none") : <Timer since={queue.longest_since} />}
            </Figure>
            <Figure name={t("board.answered")} is="answered" isQuiet={queue.answered === 0}>
              {queue.answered}
            </Figure>
            <Figure name={t("board.abandoned")} is="abandoned" isQuiet={queue.abandoned === 0}>
              {queue.abandoned}
            </Figure>
            {STATES.map((state) => {
              const count = queue.agents[state] ?? 0;
              return (
                <Figure key={state} name={word("state", state)} is={state} isQuiet={count === 0} state={state}>
                  {count > 0 && <span className={state === "offline" ? "lamp hollow" : "lamp"} aria-hidden="true" />}
                  {count}
                </Figure>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FigureProps {
  name: string;
  is: string;
  isQuiet: boolean;
  state?: string;
  children: ReactNode;
}

/** A figure of a queue. `name` stands above it where the table's head does not fit. */
function Figure({ name, is, isQuiet, state, children }: FigureProps) {
  const kinds = ["figure", isQuiet && "quiet", FOLDED.has(is) && "wide"].filter(Boolean).join(" ");
  return (
    <td className={kinds} data-figure={is} data-state={isQuiet ? undefined : state} data-name={name}>
      {children}
    </td>
  );
}

function Waiting({ callers, total, names }: { callers: BoardCaller[]; total: number; names: Map<number, string> }) {
  const { t } = useTranslation();
  const [lines, hold] = useCalm(callers, (caller) => caller.key);
  return (
    <section aria-labelledby="board-waiting">
      <h2 id="board-waiting">
        {t("board.callers")} <span className="quiet">{total}</span>
      </h2>
      {lines.length === 0 ? (
        <Empty text={t("board.nobody_waits")} />
      ) : (
        <table className="table board-callers" {...hold}>
          <thead>
            <tr>
              <th scope="col">{t("col.who")}</th>
              <th scope="col" className="wide">
                {t("col.queue")}
              </th>
              <th scope="col">{t("board.why")}</th>
              <th scope="col" className="figure">
                {t("board.since")}
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((caller) => (
              <CallerRow key={caller.key} caller={caller} rings={names.get(caller.agent ?? -1)} />
            ))}
          </tbody>
        </table>
      )}
      {total > callers.length && (
        <p className="list-foot quiet">{t("board.more", { count: total - callers.length })}</p>
      )}
    </section>
  );
}

function CallerRow({ caller, rings }: { caller: BoardCaller; rings: string | undefined }) {
  const { t } = useTranslation();
  const labelOf = useQueueLabel();
  const isFresh = useFresh(caller.since);
  const who = caller.name ?? caller.number ?? t("caller.withheld");
  const isOffered = caller.why === "offered";
  const why = isOffered && rings ? t("board.why.offered_to", { name: rings }) : word("board.why", caller.why);
  return (
    <tr className={isFresh ? "fresh" : undefined} data-caller={caller.call_id}>
      <td className="cut" title={`${who} ${caller.number ?? ""}`}>
        {caller.contact_id === null ? (
          <strong>{who}</strong>
        ) : (
          <Link to="/contacts/$contactId" params={{ contactId: String(caller.contact_id) }} className="board-name">
            {who}
          </Link>
        )}
        {caller.name !== null && caller.number !== null && caller.name !== caller.number && (
          <span className="quiet"> {caller.number}</span>
        )}
      </td>
      <td className="wide cut" title={labelOf(caller.queue)}>
        {labelOf(caller.queue)}
      </td>
      <td className="cut" title={why} data-state={isOffered ? "reserved" : undefined}>
        <span className={isOffered ? "state-text" : ""}>
          {isOffered && <span className="lamp pulse" aria-hidden="true" />} {why}
        </span>
      </td>
      <td className="figure">
        <Timer since={caller.since} />
      </td>
    </tr>
  );
}

function Agents({ agents }: { agents: BoardAgent[] }) {
  const { t } = useTranslation();
  const [lines, hold] = useCalm(agents, (agent) => agent.user_id);
  return (
    <section aria-labelledby="board-agents">
      <h2 id="board-agents">
        {t("board.agents")} <span className="quiet">{agents.length}</span>
      </h2>
      {lines.length === 0 ? (
        <Empty text={t("board.no_agents")} />
      ) : (
        <table className="table board-agents" {...hold}>
          <thead>
            <tr>
              <th scope="col">{t("col.name")}</th>
              <th scope="col">{t("board.state")}</th>
              <th scope="col" className="figure">
                {t("board.since")}
              </th>
              <th scope="col" className="board-queue-column">
                {t("col.queue")}
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((agent) => (
              <AgentRow key={agent.user_id} agent={agent} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function AgentRow({ agent }: { agent: BoardAgent }) {
  const { t } = useTranslation();
  const labelOf = useQueueLabel();
  const isFresh = useFresh(agent.since);
  const reason = reasonText(agent.reason);
  return (
    <tr className={isFresh ? "fresh" : undefined} data-agent={agent.account} data-state={agent.state}>
      <td className="cut" title={`${agent.name} · ${agent.account}`}>
        {agent.name} <span className="quiet wide">{agent.account}</span>
      </td>
      <td className="cut">
        <span className={agent.state === "offline" ? "lamp hollow" : "lamp"} aria-hidden="true" />{" "}
        <span className="state-text">{word("state", agent.state)}</span>
        {reason && <span className="quiet"> · {reason}</span>}
      </td>
      <td className="figure">{agent.since === null ? t("none") : <Timer since={agent.since} />}</td>
      <td className="cut board-queue-column" title={agent.queue ? labelOf(agent.queue) : undefined}>
        {agent.queue ? labelOf(agent.queue) : ""}
      </td>
    </tr>
  );
}

/** Whether that happened just now: the line then fades in once. */
function useFresh(since: string | null): boolean {
  const now = useNow();
  return since !== null && now - Date.parse(since) < FRESH_MS;
}

/** The lines, in an order that stands still while the pointer is over them; and what their table has to say of it. */
function useCalm<Line, Key>(lines: Line[], keyOf: (line: Line) => Key) {
  const [isHeld, setHeld] = useState(false);
  const order = useRef<Key[]>([]);
  const shown = isHeld ? asBefore(lines, keyOf, order.current) : lines;
  order.current = shown.map(keyOf);
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false) };
  return [shown, hold] as const;
}
