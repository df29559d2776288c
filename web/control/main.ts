// Opens the control room on the room that the address names. Knows no layout.
import { mount } from 'svelte';
import * as en from '../messages/en.json';
import * as zh from '../messages/zh.json';
import { bring } from '../kit/i18n.svelte';
import Control from './Control.svelte';

const pick = ({ common, code, control, review, cause, step, figure, symptom, rule, part }: typeof en) =>
  ({ common, code, control, review, cause, step, figure, symptom, rule, part });
bring(pick(en), pick(zh));

const room = decodeURIComponent(location.pathname.match(/^\/control\/([^/]+)/)?.[1] ?? '');
const target = document.getElementById('app')!;
target.replaceChildren();
mount(Control, { target, props: { room } });
