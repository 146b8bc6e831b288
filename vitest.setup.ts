/** Properties draw the same examples each time, as in CI a red run must be a fault of the change. */
import fc from "fast-check";

// FAST_CHECK_SEED=random draws others, FAST_CHECK_RUNS more of them: for a long run by hand.
const seed = process.env["FAST_CHECK_SEED"] ?? "20260101";
const runs = Number(process.env["FAST_CHECK_RUNS"] ?? "100");
fc.configureGlobal({ numRuns: runs, ...(seed === "random" ? {} : { seed: Number(seed) }) });
