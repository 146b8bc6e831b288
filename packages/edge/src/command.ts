#!/usr/bin/env node
/**
 * The program of the command `mizan-edge` (SPEC.md, sections 7 to 13).
 * Invariant: it ends with the exit code of the command.
 */

import { main } from "./cli.js";

process.exit(await main(process.argv.slice(2)));
