// Why the server does not take a value, in the words of whoever reads it. What has no words here is shown as it came.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { ApiError, type FieldProblem } from "../api/client";
import { useErrorText } from "./states";

const REASONS = [
  [/^'?(?<value>.*?)'? is there (already|twice)$|: '?(?<again>.*?)'? is there twice$/, "admin.reason.there"],
  [/^'?(?<value>.*?)'? is taken$/, "admin.reason.taken"],
  [/is another agent's phone/, "admin.reason.anothers_phone"],
  [/use 1 to 32 letters/, "admin.reason.safe_name"],
  [/must be 1 to 63 of a-z/, "admin.reason.login"],
  [/keeps for itself/, "admin.reason.reserved"],
  [/parking extensions/, "admin.reason.parking"],
  [/use digits/, "admin.reason.number"],
  [/is also a phone's account/, "admin.reason.is_phone"],
  [/a code that phones dial/, "admin.reason.is_code"],
  [/must not be empty|at least 1 character/, "admin.reason.empty"],
  [/begins or ends with a space/, "admin.reason.space"],
  [/control character|line breaks/, "admin.reason.control"],
  [/is the last active admin/, "admin.reason.last_admin"],
  [/^numbers lead to it: (?<value>.*)$/, "admin.reason.numbers_lead"],
  [/^default_queue: /, "admin.reason.default_queue"],
  [/there is no queue/, "admin.reason.no_queue"],
  [/there is no phone|is no phone's account/, "admin.reason.no_phone"],
  [/Asterisk has no sound '(?<value>.*)'/, "admin.reason.no_sound"],
  [/use the name of a sound/, "admin.reason.sound"],
  [/is not your password|is wrong/, "admin.reason.wrong_password"],
  [/must not be the login/, "admin.reason.is_login"],
  [/is kept for those who are in no team/, "admin.reason.everybody"],
  [/at least (?<value>\d+) different characters/, "admin.reason.different"],
  [/at least (?<value>\d+) characters/, "admin.reason.short"],
  [/(at most|longer than) (?<value>\d+) character/, "admin.reason.long"],
  [/greater than or equal to (?<value>\d+)/, "admin.reason.least"],
  [/less than or equal to (?<value>\d+)/, "admin.reason.most"],
] as const;

export function reasonText(t: TFunction, reason: string): string {
  const plain = reason.replace(/^Value error, /, "");
  for (const [pattern, key] of REASONS) {
    const found = pattern.exec(plain);
    if (found) return t(key as "admin.reason.there", { value: found.groups?.value ?? found.groups?.again ?? "" });
  }
  return plain;
}

/** Why something was not done, where there is no field to say it at. */
export function useReason(): (error: unknown) => string {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (error) => {
    const problem = error instanceof ApiError && error.status === 422 ? error.errors[0] : undefined;
    return problem ? reasonText(t, problem.reason) : errorText(error);
  };
}

/** The reasons by field: `members[2]` is said at `members`. */
export function reasonsByField(t: TFunction, problems: readonly FieldProblem[]): Record<string, string> {
  const byField: Record<string, string> = {};
  for (const problem of problems) {
    // Of a destination the field of its own counts, whichever kind it is of.
    const own = problem.field.startsWith("destination.") ? problem.field.split(".").at(-1)! : problem.field;
    const field = own.replace(/[[.].*$/, "");
    byField[field] ??= reasonText(t, problem.reason);
  }
  return byField;
}
