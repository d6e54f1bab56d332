// The queues by the names that people gave them; without one, the short name does.
import { useQuery } from "@tanstack/react-query";
import { type Queue, api } from "../api/client";

const FIVE_MINUTES_MS = 300_000;

/** What a queue is called. */
export function useQueueLabel(): (name: string) => string {
  const queues = useQueueNames();
  return (name) => queues.find((each) => each.name === name)?.label ?? name;
}

export function useQueueNames(): { name: string; label: string }[] {
  const queues = useQuery({
    queryKey: ["queues"],
    queryFn: () => api<{ items: Queue[] }>("/queues?limit=100"),
    staleTime: FIVE_MINUTES_MS,
  });
  return queues.data?.items.map(({ name, label }) => ({ name, label: label || name })) ?? [];
}
