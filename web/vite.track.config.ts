// Builds track.js: the tracker as one plain script for a shop's pages. It runs after the pages and leaves them alone.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: false,
    rolldownOptions: {
      input: resolve(import.meta.dirname, 'tracker/page.ts'),
      output: { entryFileNames: 'track.js', format: 'iife' },
    },
  },
});
