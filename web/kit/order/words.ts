// The sentences of what comes after the sale, brought by whatever shows it: a viewer's phone loads them when it opens an
// order. Knows no page.
import * as en from '../../messages/care.en.json';
import * as zh from '../../messages/care.zh.json';
import { add } from '../i18n.svelte';

const pick = ({ care, careStage, careSays, careReason, careReturn, careTopic, careRefund, careRefundState, careException, careAuto, careStep, careNext }: typeof en) =>
  ({ care, careStage, careSays, careReason, careReturn, careTopic, careRefund, careRefundState, careException, careAuto, careStep, careNext });
add(pick(en), pick(zh));
