/** How a refusal is looked at. */
import { MizanError } from "../src/index.js";

/** The code of the MizanError that `run` throws; any other error passes, none is `null`. */
export function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof MizanError) return error.code;
    throw error;
  }
}

/** As codeOf, for what is rejected later. */
export async function laterCodeOf(run: () => Promise<unknown>): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (error instanceof MizanError) return error.code;
    throw error;
  }
}
