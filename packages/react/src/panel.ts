/** The entry of the development panel; builds for production get `panelNone.ts` in its place. */

export { MizanPanel, type MizanPanelProps } from "./panelView.js";
