/** Where the page begins. */

import { MizanProvider } from "@mizan/react";
import { MizanError } from "@mizan/runtime";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.js";
import { client } from "./shop.js";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/states.css";

const place = document.getElementById("app");
if (!place) throw new Error("The page has no element #app.");

createRoot(place, {
  // What a boundary shows to the visitor is no news for the console.
  onCaughtError: (error) => {
    if (!(error instanceof MizanError)) console.error(error);
  },
}).render(
  <StrictMode>
    <MizanProvider client={client}>
      <App />
    </MizanProvider>
  </StrictMode>,
);
