// Opens the host's studio on the room that the address names. Knows no layout.
import { mount } from 'svelte';
import * as en from '../messages/en.json';
import * as zh from '../messages/zh.json';
import { bring } from '../kit/i18n.svelte';
import Studio from './Studio.svelte';

const pick = ({ common, code, studio }: typeof en) => ({ common, code, studio });
bring(pick(en), pick(zh));

const room = decodeURIComponent(location.pathname.match(/^\/studio\/([^/]+)/)?.[1] ?? '');
const target = document.getElementById('app')!;
target.replaceChildren();
mount(Studio, { target, props: { room } });
