// A page with TanStack Query: a client, a provider, a hook that reads and one that mutates.
export { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
