// What a person is told that concerns them alone around the talk, in a sentence. Knows no layout.
import { t } from '../kit/i18n.svelte';
import { notes } from '../kit/notes.svelte';
import type { YouTalk } from '../wire';
import { giftName } from './gifts';
import type { Stay } from './stay.svelte';

export function toldYou(stay: Stay, you: YouTalk): void {
  const name = 'name' in you && you.name ? you.name : t('viewer.someone');
  switch (you.what) {
    case 'replied':
      notes.say(t('viewer.youReplied', { name }));
      break;
    case 'mentioned':
      notes.say(t('viewer.youMentioned', { name }));
      break;
    case 'answered': {
      // The comment that answers is public and comes in the same moment; where it is known, its words say it best.
      const text = stay.view?.comments.find((it) => it.id === you.comment)?.text;
      const said = text && you.how === 'typed' ? t('viewer.youAnswered', { text }) : t('viewer.youAnsweredOnAir');
      notes.say(said);
      break;
    }
    case 'gift':
      if (you.gift.state === 'given') notes.say(t('viewer.giftArrived', { gift: giftName(you.gift.gift) }));
      break;
    case 'photo':
      if (you.state === 'chosen') notes.say(t('viewer.photoChosen'));
      break;
  }
}
