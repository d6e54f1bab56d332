import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import type { Change } from "../../api/client";
import { reasonsByField } from "../../parts/reasons";
import en from "../../../words/en.json";
import { sentence } from "./changes";
import { newPassword } from "./passwords";
import { nextAccount } from "./phoneSetup";
import { canTakeBack } from "./takeBack";

const change = (part: Partial<Change>): Change => ({
  what: "changed",
  kind: "queue",
  name: "sales",
  text: "said by the server",
  field: null,
  before: null,
  after: null,
  ...part,
});
const said = (part: Partial<Change>) => sentence(i18next.t, change(part));

describe("what waits to be published", () => {
  beforeAll(async () => {
    await i18next.init({
      lng: "en",
      resources: { en: { translation: en } },
      keySeparator: false,
      nsSeparator: false,
      interpolation: { escapeValue: false },
    });
  });

  it("is said in sentences", () => {
    expect(said({ what: "added", kind: "phone", name: "1001", after: { name: "Anna" } })).toBe("Phone 1001 (Anna) is new.");
    expect(said({ what: "removed", kind: "number", name: "+661" })).toBe("Number +661 is removed.");
    expect(said({ field: "members", before: ["1001", "1002"], after: ["1002", "1003"] })).toBe(
      "Queue sales: 1003 joins, 1001 leaves.",
    );
    expect(said({ field: "members", before: ["1", "2"], after: ["2", "1"] })).toBe(
      "Queue sales: its members are in another order.",
    );
    expect(said({ kind: "phone", name: "1001", field: "secret" })).toBe("Phone 1001 has a new secret.");
    const destination = (sound: string) => ({ kind: "announcement", sound });
    expect(
      said({ kind: "number", name: "7", field: "destination", before: destination("a"), after: { kind: "queue", queue: "q" } }),
    ).toBe("Number 7 leads to the queue q instead of the announcement a.");
    expect(said({ field: "ring_seconds", before: 20, after: 7 })).toBe("Queue sales: ringing, in seconds, is 7, was 20.");
  });

  it("is said in the server's words where there are no others", () => {
    expect(said({ kind: "setting", name: "ports", field: "value" })).toBe("said by the server");
    expect(said({ what: "added", kind: "something new" })).toBe("said by the server");
  });

  it("can be taken back unless a secret would be lost", () => {
    expect(canTakeBack(change({ what: "added", kind: "phone" }))).toBe(true);
    expect(canTakeBack(change({ what: "removed", kind: "phone", before: {} }))).toBe(false);
    expect(canTakeBack(change({ what: "removed", kind: "queue", before: {} }))).toBe(true);
    expect(canTakeBack(change({ kind: "phone", field: "secret" }))).toBe(false);
    expect(canTakeBack(change({ kind: "trunk", field: "host" }))).toBe(false);
  });

  it("has reasons at the fields that they are about", () => {
    const problem = (field: string, reason: string) => ({ field, reason, where: "body" });
    const reasons = reasonsByField(i18next.t, [
      problem("account", "'1001' is there already"),
      problem("members[3]", "there is no phone '1009'"),
      problem("destination.sound", "Asterisk has no sound 'x'"),
      problem("name", "Value error, nobody has words for this"),
    ]);
    expect(reasons).toEqual({
      account: "1001 is there already",
      members: "There is no such phone any more",
      sound: "Asterisk has no sound x",
      name: "nobody has words for this",
    });
  });
});

describe("what is made up for somebody new", () => {
  it("is a password that can be read out loud, never the same", () => {
    const made = new Set(Array.from({ length: 50 }, newPassword));
    expect(made.size).toBe(50);
    for (const password of made) expect(password).toMatch(/^([a-zA-Z2-9]{5}-){3}[a-zA-Z2-9]{5}$/);
  });

  it("is the number after the highest", () => {
    const phones = (...accounts: string[]) =>
      accounts.map((account, id) => ({ id, account, name: "", browser: false, reachable: null }));
    expect(nextAccount([])).toBe("1001");
    expect(nextAccount(phones("1001", "door", "1017", "1002"))).toBe("1018");
  });
});
