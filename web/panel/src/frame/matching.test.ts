import { describe, expect, it } from "vitest";
import { found } from "./matching";

const ITEMS = [
  { label: "Board", group: "Pages" },
  { label: "Not ready: Lunch", group: "My state" },
  { label: "Ready", group: "My state" },
  { label: "Русский", group: "Language" },
  { label: "พักกลางวัน", group: "สถานะ" },
];
const labels = (query: string) => found(ITEMS, query).map((item) => item.label);

describe("the palette's matching", () => {
  it.each([
    ["", 5, "Board"],
    ["bo", 1, "Board"],
    ["LUN", 1, "Not ready: Lunch"],
    ["rea", 2, "Not ready: Lunch"],
    ["state lunch", 1, "Not ready: Lunch"],
    ["рус", 1, "Русский"],
    ["กลาง", 1, "พักกลางวัน"],
  ])("finds by %j", (query, count, first) => {
    expect(labels(query)).toHaveLength(count);
    expect(labels(query)[0]).toBe(first);
  });

  it("finds nothing by what is inside of a word, or by nothing that is there", () => {
    expect(labels("unch")).toEqual([]);
    expect(labels("(.*")).toEqual([]);
  });
});
