// The same, and a hook that mutates.
export { default as useSWR, SWRConfig } from "swr";
export { default as useSWRMutation } from "swr/mutation";
