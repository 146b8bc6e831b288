/** The Mizan protocol core: pure functions over Web APIs. The contract is SPEC.md. */
export {};
