import type { Call } from "../api/client";

const DONE_WELL = new Set(["answered", "in_progress"]);

/** Whether somebody called us and nobody answered. */
export const isMissed = (call: Pick<Call, "outcome" | "direction">) =>
  call.direction !== "outbound" && !DONE_WELL.has(call.outcome);
