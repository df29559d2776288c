// Builds model/viewer.js: the element that shows a product in three dimensions, with the decoders that a compressed model may
// need beside it, so that nothing is ever asked of another host. A page, and a shop's page with <linger-room>, loads it when
// somebody wants to turn a product round.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defineConfig } from 'vite';

const out = resolve(import.meta.dirname, 'dist/model');
const three = resolve(import.meta.dirname, 'node_modules/three/examples/jsm/libs');
/** Which file goes where. */
const DECODERS = [
  [join(three, 'draco/gltf/draco_decoder.wasm'), 'draco/draco_decoder.wasm'],
  [join(three, 'draco/gltf/draco_wasm_wrapper.js'), 'draco/draco_wasm_wrapper.js'],
  [join(three, 'basis/basis_transcoder.js'), 'ktx2/basis_transcoder.js'],
  [join(three, 'basis/basis_transcoder.wasm'), 'ktx2/basis_transcoder.wasm'],
] as const;

export default defineConfig({
  publicDir: false,
  plugins: [
    {
      name: 'decoders',
      closeBundle() {
        for (const [from, to] of DECODERS) {
          mkdirSync(dirname(join(out, to)), { recursive: true });
          copyFileSync(from, join(out, to));
        }
        // The element wants this one as a plain script that makes a global name.
        const meshopt = readFileSync(join(three, 'meshopt_decoder.module.js'), 'utf8');
        const plain = meshopt.replace(/export\s*\{\s*MeshoptDecoder\s*\};?/, '');
        if (plain === meshopt) throw new Error('the meshopt decoder is no module of the form that is known');
        writeFileSync(join(out, 'meshopt_decoder.js'), plain);
      },
    },
  ],
  build: {
    target: 'es2022',
    outDir: out,
    emptyOutDir: true,
    modulePreload: false,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      input: resolve(import.meta.dirname, 'viewer/shop/three.ts'),
      output: { entryFileNames: 'viewer.js', format: 'es', codeSplitting: false },
    },
  },
});
