// Who may know whom: apps never each other, the room no page, the wire nobody; and no page asks another house for
// anything.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const web = resolve(import.meta.dirname, '..');
const MAY: Record<string, string[]> = {
  wire: ['wire'],
  room: ['room', 'wire'],
  tracker: ['tracker', 'room'],
  messages: ['messages'],
  kit: ['kit', 'room', 'wire', 'messages'],
  viewer: ['viewer', 'kit', 'room', 'wire', 'messages'],
  studio: ['studio', 'kit', 'room', 'wire', 'messages'],
  control: ['control', 'kit', 'room', 'wire', 'messages'],
  door: ['door', 'kit', 'room', 'wire', 'messages'],
};

function files(folder: string): string[] {
  return readdirSync(join(web, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte|css)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

const read = (name: string) => readFileSync(join(web, name), 'utf8');

describe('the folders of the web', () => {
  test.each(Object.keys(MAY))('%s leans only on what it may', (folder) => {
    for (const name of files(folder)) {
      for (const [, target] of read(name).matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g)) {
        const path = relative(web, resolve(web, dirname(name), target!));
        expect(MAY[folder], `${name} leans on ${path}`).toContain(path.split('/')[0]);
      }
    }
  });

  test('of the room know no page', () => {
    for (const name of files('room')) {
      expect(read(name), name).not.toMatch(/\b(document|window|localStorage|navigator|HTMLElement|RTCPeerConnection)\b/);
    }
  });

  test('ask no other house for anything', () => {
    const pages = readdirSync(web).filter((name) => name.endsWith('.html'));
    expect(pages.length).toBeGreaterThan(5);
    const shown = /(?:src|href|url\(|import)\s*=?\s*\(?['"]?https?:\/\//;
    for (const name of [...Object.keys(MAY).flatMap(files), ...pages]) expect(read(name).replace(/<pre>.*?<\/pre>/gs, ''), name).not.toMatch(shown);
  });

  test('run no script from within a page', () => {
    for (const name of readdirSync(web).filter((it) => it.endsWith('.html'))) {
      for (const [tag] of read(name).matchAll(/<script[^>]*>/g)) expect(tag, name).toMatch(/ src="/);
    }
  });

  test('keep their files short and say what they own', () => {
    for (const name of Object.keys(MAY).flatMap(files)) {
      if (name.endsWith('schema.ts')) continue;
      const text = read(name);
      expect(text.split('\n').length, name).toBeLessThanOrEqual(500);
      expect(text.startsWith('//') || text.startsWith('<!--') || text.startsWith('/*'), name).toBe(true);
    }
  });
});
