// Weighs what a viewer's phone has to load before the room runs, and fails when it is too much.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const MOST = 90 * 1024;
const TRACKER_MOST = 4 * 1024;
const page = readFileSync(new URL('dist/viewer.html', import.meta.url), 'utf8');
const files = Array.from(page.matchAll(/"\/(assets\/[^"]+\.(?:js|css))"/g), (it) => it[1]);
const bytes = files.reduce((sum, it) => sum + gzipSync(readFileSync(new URL(`dist/${it}`, import.meta.url))).length, 0);
const kib = (n) => `${(n / 1024).toFixed(1)} KiB`;
console.log(`viewer: ${files.length} files, ${kib(bytes)} compressed, at most ${kib(MOST)}`);
const tracker = gzipSync(readFileSync(new URL('dist/track.js', import.meta.url))).length;
console.log(`track.js: ${kib(tracker)} compressed, at most ${kib(TRACKER_MOST)}`);
if (!files.length || bytes > MOST || tracker > TRACKER_MOST) process.exit(1);
