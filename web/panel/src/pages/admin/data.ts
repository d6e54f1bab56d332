// What the admin's pages read. One prefix for all of it: whatever is changed, they read anew what they show.
import { useQuery } from "@tanstack/react-query";
import {
  type DialedNumber,
  type Pbx,
  type Phone,
  type Publication,
  type Queue,
  type Role,
  type Team,
  type User,
  allOf,
  api,
} from "../../api/client";
import { queries } from "../../queries";

const REGISTRATIONS_MS = 4_000; // How often to look whether a phone has registered meanwhile.

export const useUsers = () => useQuery({ queryKey: ["admin", "users"], queryFn: () => allOf<User>("/users") });
export const useTeams = () => useQuery({ queryKey: ["admin", "teams"], queryFn: () => allOf<Team>("/teams") });
export const useRoles = () => useQuery({ queryKey: ["admin", "roles"], queryFn: () => allOf<Role>("/roles") });
export const useQueues = () => useQuery({ queryKey: ["admin", "queues"], queryFn: () => allOf<Queue>("/queues") });
export const useNumbers = () =>
  useQuery({ queryKey: ["admin", "numbers"], queryFn: () => allOf<DialedNumber>("/numbers") });
export const usePbx = () => useQuery({ queryKey: ["admin", "pbx"], queryFn: () => api<Pbx>("/pbx") });
export const usePhones = (isLive = false) =>
  useQuery({
    queryKey: ["admin", "phones"],
    queryFn: () => allOf<Phone>("/phones"),
    refetchInterval: isLive ? REGISTRATIONS_MS : false,
  });

/** The sounds that Asterisk has; none where it can't be asked. */
export const useSounds = () =>
  useQuery({ queryKey: ["sounds"], queryFn: () => allOf<string>("/sounds"), staleTime: 60_000 });

/** What a publication would change by now. */
export const usePending = () =>
  useQuery({
    queryKey: ["admin", "pending"],
    queryFn: () => api<Publication>("/publications", { method: "POST", body: { dry_run: true } }),
    staleTime: 0,
  });

export const readAgain = () => queries.invalidateQueries({ queryKey: ["admin"] });

/** Whether a number leads to that queue. */
export const leadsTo = (number: DialedNumber, queue: Queue) =>
  number.destination.kind === "queue" && number.destination.queue === queue.name;

export const known = (queue: Queue) => queue.label || queue.name;

/** Letters of any script, found wherever they stand. */
export const holds = (query: string, ...texts: (string | null | undefined)[]) => {
  const part = query.trim().toLocaleLowerCase();
  return part === "" || texts.some((text) => text?.toLocaleLowerCase().includes(part));
};
