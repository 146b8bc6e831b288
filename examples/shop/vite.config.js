import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Django serves what is built here, and gives the files the names that its storage wants.
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  resolve: {
    // The page is a demonstration: it keeps the development panel in its build.
    conditions: ["module", "browser", "development"],
  },
  build: {
    outDir: "frontend/dist",
    sourcemap: true,
    // Files of htmx, Mizan and React, which need no more than this.
    target: "es2022",
    rolldownOptions: {
      input: "frontend/src/main.tsx",
      output: { entryFileNames: "app.js", assetFileNames: "app.[ext]" },
    },
  },
});
