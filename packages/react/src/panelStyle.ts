/**
 * How the panel looks: inline, so that there is no style sheet to include.
 * Invariant: each colour is legible on the one behind it, in light and in dark.
 */

import type { CSSProperties } from "react";

const INK = "light-dark(#1d2433, #e6e9f0)";
const SOFT = "light-dark(#4d566b, #aab3c7)";
const LINE = "light-dark(#d5d9e2, #343b4d)";
const PAPER = "light-dark(#fbfbfd, #161a24)";
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";

/** Colours of a request by what became of it. */
export const TONES = {
  good: "light-dark(#0a6b45, #5fd3a3)",
  bad: "light-dark(#a3242b, #ff9a9a)",
  soft: SOFT,
} as const;

const plain: CSSProperties = { margin: 0, padding: 0, listStyle: "none" };

/** By name; `floating` is the panel's place where the page gives it none. */
export const STYLES = {
  panel: {
    colorScheme: "inherit",
    background: PAPER,
    color: INK,
    border: `1px solid ${LINE}`,
    borderRadius: 10,
    font: "13px/1.5 system-ui, sans-serif",
    overflow: "hidden",
    display: "flex",
    flexDirection: "column",
  },
  floating: {
    position: "fixed",
    right: 12,
    bottom: 12,
    width: "min(26rem, calc(100vw - 24px))",
    maxHeight: "min(70vh, 40rem)",
    zIndex: 9999,
    boxShadow: "0 8px 30px rgb(0 0 0 / 0.25)",
  },
  bar: { display: "flex", gap: 8, alignItems: "center", padding: "6px 8px" },
  button: {
    font: "inherit",
    color: "inherit",
    background: "none",
    border: 0,
    borderRadius: 6,
    padding: "4px 8px",
    minHeight: 28,
    cursor: "pointer",
  },
  title: { fontWeight: 650, textAlign: "left", flex: 1 },
  list: { ...plain, overflow: "auto", borderTop: `1px solid ${LINE}` },
  group: { borderBottom: `1px solid ${LINE}` },
  summary: { padding: "6px 12px", cursor: "pointer", overflowWrap: "anywhere" },
  name: { fontFamily: MONO, fontWeight: 600 },
  count: { color: SOFT, marginLeft: 8 },
  facts: { ...plain, padding: "0 12px 10px 24px" },
  fact: { padding: "3px 0", overflowWrap: "anywhere" },
  code: { fontFamily: MONO, fontSize: 12 },
  soft: { color: SOFT },
  empty: { margin: 0, padding: "10px 16px", color: SOFT, borderTop: `1px solid ${LINE}` },
} as const satisfies Record<string, CSSProperties>;
