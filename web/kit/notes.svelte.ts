// The list of short notes, and acts that wait ten seconds so that they can be undone. Knows no page.

interface Note {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  undo: (() => void) | undefined;
  key: string | undefined;
  leftS: number;
}

const UNDO_S = 10;
const SHOWN_MS = 4_000;
/** More than these at once would cover the page; what can still be undone always stays. */
const PLAIN_MAX = 3;

class Notes {
  list: Note[] = $state([]);
  #next = 1;

  /** Says something for a few seconds. */
  say(text: string, tone: 'plain' | 'bad' = 'plain'): void {
    // The same sentence twice on the screen tells nothing new.
    this.list = this.list.filter((it) => it.text !== text || it.undo);
    const id = this.#add({ text, tone, undo: undefined, key: undefined, leftS: 0 });
    setTimeout(() => this.#remove(id), SHOWN_MS);
  }

  /** Does something in ten seconds unless it is undone; leaving the page does it at once. */
  later(text: string, act: () => void, options: { undone?: () => void; key?: string } = {}): void {
    let open = true;
    const settle = (done: boolean) => {
      if (!open) return;
      open = false;
      clearInterval(ticking);
      removeEventListener('pagehide', leaving);
      this.#remove(id);
      if (done) act();
      else options.undone?.();
    };
    const leaving = () => settle(true);
    addEventListener('pagehide', leaving);
    const undo = () => settle(false);
    const id = this.#add({ text, tone: 'plain', undo, key: options.key, leftS: UNDO_S });
    const ticking = setInterval(() => {
      const note = this.list.find((it) => it.id === id);
      if (note && --note.leftS <= 0) settle(true);
    }, 1000);
  }

  undo(id: number): void {
    this.list.find((it) => it.id === id)?.undo?.();
  }

  /** Undoes the newest that can be; false when there is none. */
  undoLast(): boolean {
    const last = this.list.findLast((it) => it.undo);
    last?.undo?.();
    return !!last;
  }

  #add(note: Omit<Note, 'id'>): number {
    const id = this.#next++;
    this.list = [...this.list, { ...note, id }];
    const plain = this.list.filter((it) => !it.undo);
    if (plain.length > PLAIN_MAX) this.#remove(plain[0]!.id);
    return id;
  }

  #remove(id: number): void {
    this.list = this.list.filter((it) => it.id !== id);
  }
}

export const notes = new Notes();
