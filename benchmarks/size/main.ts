// Everything that the main entry has.
export * from "@mizan/runtime";
