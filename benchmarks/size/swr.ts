// A page with SWR: a provider and a hook that reads.
export { default as useSWR, SWRConfig } from "swr";
