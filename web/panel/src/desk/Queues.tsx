// Who waits in which queue, beside one's own work.
import { useTranslation } from "react-i18next";
import { useBoard } from "../live/store";
import { useQueueLabel } from "../parts/queueNames";
import { Timer } from "../parts/Timer";

const MOST = 8;

export function Queues() {
  const { t } = useTranslation();
  const board = useBoard();
  const labelOf = useQueueLabel();
  if (!board || board.queues.length === 0) return null;
  return (
    <section className="queues" aria-label={t("queues")}>
      <h2>{t("queues")}</h2>
      <ul>
        {board.queues.slice(0, MOST).map((queue) => (
          <li key={queue.name} className="row" data-waits={queue.waiting > 0 || undefined}>
            <span className="grow cut">{labelOf(queue.name)}</span>
            <span className="figure" title={t("queues.waiting")}>
              {queue.waiting}
            </span>
            <span className="length quiet" title={t("queues.longest")}>
              {queue.longest_since ? <Timer since={queue.longest_since} /> : t("none")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
