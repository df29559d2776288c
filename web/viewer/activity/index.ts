// What a viewer needs once there is an activity: its chips, its sheet and its sentences, loaded when the first one opens.
import { add } from '../../kit/i18n.svelte';
import en from '../../messages/play.en.json';
import zh from '../../messages/play.zh.json';

add(en, zh);

export { default as ActivityChips } from './ActivityChips.svelte';
export { default as ActivitySheet } from './ActivitySheet.svelte';
