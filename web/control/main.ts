// Opens the control room on the room that the address names. Knows no layout.
import { mount } from 'svelte';
import dataEn from '../messages/data.en.json';
import dataZh from '../messages/data.zh.json';
import careEn from '../messages/care.en.json';
import careZh from '../messages/care.zh.json';
import * as en from '../messages/en.json';
import rulesEn from '../messages/rules.en.json';
import rulesZh from '../messages/rules.zh.json';
import experimentsEn from '../messages/experiments.en.json';
import experimentsZh from '../messages/experiments.zh.json';
import shopEn from '../messages/shop.en.json';
import shopZh from '../messages/shop.zh.json';
import * as zh from '../messages/zh.json';
import { bring } from '../kit/i18n.svelte';
import Control from './Control.svelte';

const pick = ({ common, code, control, studio, review, cause, step, figure, symptom, rule, part }: typeof en) =>
  ({ common, code, control, studio, review, cause, step, figure, symptom, rule, part });
// What only this page says lies in files of its own: a viewer's phone does not load it.
bring({ ...pick(en), ...dataEn, ...experimentsEn, ...rulesEn, ...shopEn, ...careEn }, { ...pick(zh), ...dataZh, ...experimentsZh, ...rulesZh, ...shopZh, ...careZh });

const room = decodeURIComponent(location.pathname.match(/^\/control\/([^/]+)/)?.[1] ?? '');
const target = document.getElementById('app')!;
target.replaceChildren();
mount(Control, { target, props: { room } });
