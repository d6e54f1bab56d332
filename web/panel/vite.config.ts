import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const service = process.env.RINGDESK_ADDRESS ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  // No data: addresses, which the policy of our pages forbids.
  build: { outDir: "dist", assetsInlineLimit: 0, sourcemap: false, chunkSizeWarningLimit: 600 },
  server: {
    proxy: { "/api": service, "/page": service, "/live": { target: service, ws: true } },
  },
});
