import { MizanProvider } from "@mizan/react";
import { createClient } from "@mizan/runtime";
import { startTransition, StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { HydratedRouter } from "react-router/dom";

const client = createClient({ baseUrl: "/api/" });

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <MizanProvider client={client}>
        <HydratedRouter />
      </MizanProvider>
    </StrictMode>,
  );
});
