/** The conformance port over the TypeScript core: JSON Lines on the standard streams. */
export {};
