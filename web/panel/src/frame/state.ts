import { useMutation } from "@tanstack/react-query";
import { type Agent, api } from "../api/client";
import { desk } from "../live/store";

export interface Wish {
  wanted: "ready" | "not_ready" | "signed_out";
  reason: string | null;
}

/** Asks for calls, or for none. */
export function useAskFor() {
  return useMutation({
    mutationFn: (wish: Wish) => api<Agent>("/agents/me/state", { method: "POST", body: wish }),
    onSuccess: desk.agentIs,
  });
}

export const REASONS = ["break", "lunch", "meeting", "training", "paperwork"] as const;
