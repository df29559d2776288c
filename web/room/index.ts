// Everything the pages, and programs of others, use of a room. It re-exports and decides nothing.
export { Backoff } from './backoff';
export { clubOf, doneOn, foldClub, rowOn, sprintLikes, streakOn, towardsNext, type ClubView } from './club';
export { Connection, reaches, type ConnectionOptions, type LinkState, type Surroundings } from './connection';
export { flag, inOrder, words, type Flags } from './flags';
export { foldStep, leavingPerMinute, secondsAsCsv, slipping, sumRange, type RangeSum, type Slipping } from './insight';
export { isSlow, Latency, SLOW_SCREEN_MS, SLOW_TRIP_MS, type Spread } from './latency';
export { measure, type Measured } from './measure';
export { newOrderId, Outbox, Refused } from './outbox';
export { effectOf, sinceOf, tellingSigns, type Effect, type Since, type Telling } from './prompt';
export { Failed, Rest } from './rest';
export { perMinute, reviewAsCsv, rowAt, sharePerMinute, sumRows, type RowSum } from './review';
export {
  against,
  countdown,
  nextStep,
  priceChanges,
  priceNow,
  salesOf,
  stockOf,
  toUnlock,
  way,
  type Against,
  type PriceChange,
  type Sales,
} from './sale';
export { verifyShuffle, type ShuffleVerdict } from './shuffle';
export { mentionedIn } from './talk';
export { Tracker, type Reply, type TrackWorld } from './track';
export type { Seat } from './seat';
export { fold, foldAll, isStaff, leftOutPerSecond, viewOf, withOrder, type LeftOut, type Prompted, type View } from './view';
