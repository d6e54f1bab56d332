import { useNow } from "../clock";
import { duration, secondsBetween } from "../time";

/** Counts up from a moment of the server's. */
export function Timer({ since }: { since: string }) {
  const now = useNow();
  return <span className="timer">{duration(secondsBetween(since, now))}</span>;
}
