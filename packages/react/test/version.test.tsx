// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { version } from "react";
import { version as domVersion } from "react-dom";
import { renderToString } from "react-dom/server";
import { afterEach, expect, it } from "vitest";

afterEach(cleanup);

it("runs on the one React that was asked for", () => {
  expect(version).toMatch(process.env["REACT"] ?? /^19\./);
  expect(domVersion).toBe(version);
  expect(renderToString(<p>{version}</p>)).toBe(`<p>${version}</p>`);
  expect(render(<p>{version}</p>).container.textContent).toBe(version);
});
