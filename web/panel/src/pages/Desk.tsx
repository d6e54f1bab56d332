// The desk: the call is the page. Left the queues and my day, in the middle the call or what to wait for, right what is kept.
import { useTranslation } from "react-i18next";
import { CallPanel } from "../desk/CallPanel";
import "../desk/desk.css";
import { MyDay } from "../desk/MyDay";
import { Queues } from "../desk/Queues";
import { WrapUp } from "../desk/WrapUp";
import { currentCall } from "../live/desk";
import { useDesk } from "../live/store";
import { Empty, SkeletonRows } from "../parts/states";

export function DeskPage() {
  const desk = useDesk();
  const call = currentCall(desk);
  return (
    <div className="desk" data-call={call?.phase}>
      <aside className="side">
        <Queues />
        <MyDay />
      </aside>
      {call ? (
        <CallPanel key={call.call_id} call={call} />
      ) : (
        <section className="stage">
          {desk.agent?.state === "wrap_up" && <WrapUp agent={desk.agent} />}
          <Idle />
        </section>
      )}
    </div>
  );
}

function Idle() {
  const { t } = useTranslation();
  const { agent } = useDesk();
  if (agent === undefined) return <SkeletonRows rows={8} />;
  const key = agent === null ? "idle.no_agent" : agent.wanted === "ready" ? "idle.ready" : "idle.not_ready";
  return (
    <div className="idle">
      <Empty title={t(`${key}.title`)} text={t(`${key}.text`)} />
    </div>
  );
}
