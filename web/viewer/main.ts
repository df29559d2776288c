// Opens the viewer's page on the room that the address names. Knows no layout.
import { mount } from 'svelte';
import en from 'virtual:sentences/en/common,code,viewer';
import zh from 'virtual:sentences/zh/common,code,viewer';
import { bring } from '../kit/i18n.svelte';
import Viewer from './Viewer.svelte';

bring(en, zh);

const room = decodeURIComponent(location.pathname.match(/^\/r\/([^/]+)/)?.[1] ?? '');
const target = document.getElementById('app')!;
target.replaceChildren();
mount(Viewer, {
  target,
  props: {
    room,
    source: new URLSearchParams(location.search).get('src') ?? '',
    by: new URLSearchParams(location.search).get('by') ?? '',
    order: new URLSearchParams(location.search).get('order') ?? undefined,
    ontitle: (title: string) => (document.title = `${title} · Linger`),
  },
});
