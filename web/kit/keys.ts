// One key for every act: calls the act of a key unless somebody is writing. Knows no act.

const SIGNS = ['?', '+', '=', '-', '[', ']'];

/** Acts by key, such as `l`, `shift+q`, `1` or `?`. */
export type Keys = Record<string, () => void>;

/** Listens on the whole page; gives what ends it. Escape leaves a field that is being written in. */
export function listenToKeys(keys: () => Keys): () => void {
  const pressed = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // The key itself, not what it writes, so that other layouts and capitals work alike; signs lie elsewhere on each.
    const name = event.code.replace(/^(Key|Digit)/, '').toLowerCase();
    const act = SIGNS.includes(event.key) ? keys()[event.key] : keys()[(event.shiftKey ? 'shift+' : '') + name];
    if (!act) return;
    event.preventDefault();
    act();
  };
  addEventListener('keydown', pressed);
  return () => removeEventListener('keydown', pressed);
}
