// The sentences of some areas alone, as a module: `import en from 'virtual:sentences/en/common,code,viewer'`. A viewer's
// phone does not load what only studio and control room say. Knows no sentence.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'virtual:sentences/';

export function sentences(): Plugin {
  return {
    name: 'sentences',
    resolveId: (id) => (id.startsWith(NAME) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${NAME}`)) return undefined;
      const [language, areas] = id.slice(NAME.length + 1).split('/') as [string, string];
      const file = resolve(import.meta.dirname, `messages/${language}.json`);
      this.addWatchFile(file);
      const book = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      const picked = areas.split(',').map((area) => [area, book[area] ?? this.error(`there is no area ${area}`)]);
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(picked)))})`;
    },
  };
}
