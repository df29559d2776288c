// <linger-room server="https://…" room="…" token="…" name="…" source="…">: the viewer's room inside a page of a shop. It
// fills its box, keeps its styles to itself, and tells the page what happens by DOM events. Knows no sentence of its own.
import { mount, unmount } from 'svelte';
import en from 'virtual:sentences/en/common,code,viewer';
import zh from 'virtual:sentences/zh/common,code,viewer';
import tokens from '../kit/tokens.css?inline';
import { bring } from '../kit/i18n.svelte';
import Viewer from './Viewer.svelte';

bring(en, zh, false);

const BOX = `:host{display:block;position:relative;overflow:hidden;min-width:280px;min-height:420px;contain:content;background:#0f0e0d}
:host([hidden]){display:none}.box{position:absolute;inset:0}`;

class LingerRoom extends HTMLElement {
  static readonly observedAttributes = ['server', 'room', 'token'];
  #shown: Record<string, unknown> | undefined;

  connectedCallback(): void {
    this.#show();
  }

  disconnectedCallback(): void {
    this.#hide();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after || !this.#shown) return;
    this.#hide();
    this.#show();
  }

  #show(): void {
    const room = this.getAttribute('room');
    if (this.#shown || !room) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = tokens + BOX;
    const target = document.createElement('div');
    target.className = 'box linger';
    root.replaceChildren(style, target);
    const server = new URL(this.getAttribute('server') ?? '', location.href);
    this.#shown = mount(Viewer, {
      target,
      props: {
        room,
        base: server.origin === location.origin ? '' : server.origin,
        token: this.getAttribute('token') ?? undefined,
        name: this.getAttribute('name') ?? '',
        source: this.getAttribute('source') ?? 'embed',
        onhappened: (name: string, detail: object) =>
          this.dispatchEvent(new CustomEvent(`linger:${name}`, { detail, bubbles: true, composed: true })),
      },
    });
  }

  #hide(): void {
    if (this.#shown) void unmount(this.#shown);
    this.#shown = undefined;
  }
}

if (!customElements.get('linger-room')) customElements.define('linger-room', LingerRoom);
