// Everything that the main entries of the runtime and of the React package have.
export * from "@mizan/react";
export * from "@mizan/runtime";
