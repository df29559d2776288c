// Opens the page that takes an invitation up. Knows no layout.
import { mount } from 'svelte';
import * as en from '../messages/en.json';
import * as zh from '../messages/zh.json';
import { bring } from '../kit/i18n.svelte';
import './shared.css';
import Invite from './Invite.svelte';

const pick = ({ common, code, door }: typeof en) => ({ common, code, door });
bring(pick(en), pick(zh));

const target = document.getElementById('app')!;
target.replaceChildren();
mount(Invite, { target });
