import { expect, test } from "vitest";
import { dateOf, inTheMorning, nextWorkingDay } from "./followUp";

test("a day is that day in the browser's own time, whatever its zone", () => {
  expect(dateOf(inTheMorning("2026-11-27"))).toBe("2026-11-27");
  expect(new Date(inTheMorning("2026-11-27")).getHours()).toBe(9);
});

test("after a Friday comes a Monday", () => {
  const friday = new Date(2026, 10, 27, 23, 50).getTime();
  expect(dateOf(nextWorkingDay(friday))).toBe("2026-11-30");
  expect(dateOf(nextWorkingDay(new Date(2026, 10, 30, 0, 10).getTime()))).toBe("2026-12-01");
});
