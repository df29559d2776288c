// Builds embed.js: the <linger-room> element as one file without imports, its styles inside, so that a shop adds one
// script tag and nothing else. It runs after the pages and leaves them alone.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { sentences } from './sentences.ts';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte({ compilerOptions: { css: 'injected' }, emitCss: false }), sentences()],
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: false,
    rolldownOptions: {
      input: resolve(import.meta.dirname, 'viewer/element.ts'),
      output: { entryFileNames: 'embed.js', format: 'es', codeSplitting: false },
    },
  },
});
