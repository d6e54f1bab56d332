// What the one who is signed in may do. The server decides; this only keeps what would be refused out of sight.
import { useMe } from "./session";

type Action = "read" | "create" | "change" | "delete";

/** Whether one may do `action` to every thing of that kind. */
export function useMay(): (action: Action, thing: string) => boolean {
  const { rights } = useMe();
  return (action, thing) =>
    rights.some((right) => right.thing === thing && right.action === action && right.scope === "all");
}

/** Whether there is anything for one among the admin's pages. */
export function useMaySetUp(): boolean {
  const may = useMay();
  return ["user", "phone", "number", "settings"].some((thing) => may("read", thing));
}
