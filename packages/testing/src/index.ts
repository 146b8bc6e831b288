/** A Mizan server for one's own tests: handlers for MSW. */

export { onCall, onContext } from "./answers.js";
export type { Answer, Answered, CallAnswer, ContextAnswer } from "./answers.js";
export { mizanHandlers, type ClientSchema, type MizanHandlers } from "./handlers.js";
export { problem, Problem, type ProblemOptions } from "./problem.js";
