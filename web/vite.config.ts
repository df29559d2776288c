// Builds the pages: one HTML file for each kind of person, hashed assets beside them. Knows nothing of the embedded
// element, which is one file of its own: see vite.embed.config.ts.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { sentences } from './sentences.ts';
import { defineConfig } from 'vitest/config';

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
  plugins: [svelte(), sentences()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index', 'viewer', 'studio', 'control', 'sign-in', 'invite', 'embed-example'].map(page),
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/whip', '/whep', '/media', '/readyz', '/healthz', '/metrics', '/ws'].map((path) => [
        path,
        { target: process.env.LINGER_SERVER ?? 'http://127.0.0.1:7080', ws: path === '/ws' },
      ]),
    ),
  },
  test: { include: ['**/*.test.ts'], exclude: ['node_modules/**', 'dist/**'], environment: 'node' },
});
