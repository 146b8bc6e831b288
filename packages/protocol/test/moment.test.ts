import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDate, toUtc } from "../src/moment.js";

describe("isDate", () => {
  it.each(["0001-01-01", "0099-12-31", "2000-02-29", "2024-02-29", "9999-12-31"])(
    "takes %s",
    (day) => {
      expect(isDate(day)).toBe(true);
    },
  );

  it.each(["0000-01-01", "1900-02-29", "2023-02-29", "2024-00-01", "2024-13-01", "2024-04-31"])(
    "does not take %s",
    (day) => {
      expect(isDate(day)).toBe(false);
    },
  );
});

describe("toUtc", () => {
  it.each([
    ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"],
    ["2024-02-29T12:00:00.120000Z", "2024-02-29T12:00:00.12Z"],
    ["2024-02-29T12:00:00.000000Z", "2024-02-29T12:00:00Z"],
    ["2024-02-29T12:00:00.000001-00:00", "2024-02-29T12:00:00.000001Z"],
    ["2024-03-01T00:30:00+05:45", "2024-02-29T18:45:00Z"],
    ["2023-12-31T23:59:59-23:59", "2024-01-01T23:58:59Z"],
    ["0001-01-01T00:00:00-01:00", "0001-01-01T01:00:00Z"],
    ["9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59Z"],
  ])("%s is %s", (text, utc) => {
    expect(toUtc(text)).toBe(utc);
  });

  it.each([
    "2023-02-29T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00+24:00",
    "2024-01-01T00:00:00+00:60",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
  ])("%s is out of range", (text) => {
    expect(toUtc(text)).toBeUndefined();
  });

  it("is the moment that Date reads", () => {
    const [min, max] = [new Date("0002-01-01"), new Date("9998-12-31")];
    const dates = fc.date({ min, max, noInvalidDate: true });
    fc.assert(
      fc.property(dates, fc.integer({ min: -1439, max: 1439 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const part = (number: number): string => String(number).padStart(2, "0");
        const away = Math.abs(offset);
        const zone = `${offset < 0 ? "-" : "+"}${part(Math.trunc(away / 60))}:${part(away % 60)}`;
        expect(new Date(toUtc(local + zone) ?? NaN).getTime()).toBe(date.getTime());
      }),
    );
  });
});
