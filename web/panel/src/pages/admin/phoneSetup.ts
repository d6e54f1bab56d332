import type { TFunction } from "i18next";
import type { Pbx, Phone, PhoneSecret } from "../../api/client";
import type { Secret } from "./parts";

export const ACCOUNT = /^[A-Za-z0-9_-]{1,32}$/;
const FIRST = 1001;

/** The number after the highest of the phones that have one. */
export function nextAccount(phones: Phone[]): string {
  const numbers = phones.map((phone) => phone.account).filter((account) => /^\d{2,6}$/.test(account)).map(Number);
  return String(numbers.length > 0 ? Math.max(...numbers) + 1 : FIRST);
}

export const serverOf = (pbx: Pbx | undefined) =>
  `${pbx?.sip_host ?? location.hostname}${pbx && pbx.sip_port !== 5060 ? `:${pbx.sip_port}` : ""}`;

/** What one types into a telephone. */
export const setupOf = (t: TFunction, phone: PhoneSecret, pbx: Pbx | undefined): Secret => ({
  title: t("admin.phone.setup", { account: phone.account }),
  lines: [
    [t("admin.phone.server"), serverOf(pbx)],
    [t("admin.phone.user"), phone.account],
    [t("admin.phone.secret"), phone.secret],
    [t("admin.phone.transport"), "UDP"],
  ],
});
