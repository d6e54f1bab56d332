import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api/client";

const isWorthAnotherTry = (error: Error) => !(error instanceof ApiError) || error.status === 0 || error.status >= 500;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (tries, error) => tries < 1 && isWorthAnotherTry(error),
      refetchOnWindowFocus: true,
      networkMode: "always", // The browser's idea of being online knows nothing of our service.
    },
    mutations: { networkMode: "always" },
  },
});
