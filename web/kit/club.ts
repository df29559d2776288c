// The sentences of the fan club, brought by whatever shows it: a viewer's phone loads them when it opens it. Knows no page.
import * as en from '../messages/club.en.json';
import * as zh from '../messages/club.zh.json';
import { add } from './i18n.svelte';

const pick = ({ club, clubTask, clubState }: typeof en) => ({ club, clubTask, clubState });
add(pick(en), pick(zh));
