// Who is at which phone: names for the accounts that calls tell.
import { useQuery } from "@tanstack/react-query";
import { type Board, api } from "../api/client";

type BoardAgent = Board["agents"][number];

const FIVE_MINUTES_MS = 300_000;

/** The agents in one's sight, by name; none where the board is not ours to see. */
export function useAgents(): BoardAgent[] {
  const board = useQuery({ queryKey: ["agents"], queryFn: () => api<Board>("/board"), staleTime: FIVE_MINUTES_MS });
  return board.data?.agents.toSorted((one, other) => one.name.localeCompare(other.name)) ?? [];
}

/** The names behind accounts of phones; an account that is nobody's, as it is. */
export function useNames(): (accounts: readonly string[] | undefined) => string {
  const agents = useAgents();
  return (accounts) =>
    (accounts ?? []).map((account) => agents.find((each) => each.account === account)?.name ?? account).join(", ");
}
