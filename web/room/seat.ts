// The stage and calls as one person sees them, and how each event changes them. Pure, as the view it is a part of.
import type { MySeat, RoomEvent, RoomView, SeatDesk, StageState } from '../wire';

/** What everybody sees, what staff see, and what concerns this person alone. */
export interface Seat {
  readonly stage: StageState;
  readonly desk: SeatDesk | null;
  readonly mine: MySeat;
}

const CLOSED: StageState = { open: false, seats: 0, who: 'everybody', on_stage: [], waiting: 0, calls_open: false };

/** The part of a room's view that is about stage and calls. */
export function seatOf(view: RoomView): Seat {
  return {
    stage: view.seat?.stage ?? CLOSED,
    desk: view.seat?.desk ?? null,
    mine: view.mine.seat ?? { stage: 'watching', muted: false },
  };
}

/** Takes one event in; each brings its part whole. */
export function foldSeat(seat: Seat, event: RoomEvent): Seat | undefined {
  switch (event.k) {
    case 'seat': {
      const { k: _, ...stage } = event;
      return { ...seat, stage };
    }
    case 'you-seat': {
      const { k: _, ...mine } = event;
      return { ...seat, mine };
    }
    case 'seat-desk': {
      const { k: _, ...desk } = event;
      return { ...seat, desk };
    }
    default:
      return undefined;
  }
}
