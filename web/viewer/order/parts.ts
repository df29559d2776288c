// The parts of an order's sheet, by name. Knows none of them.
export type Part =
  | { kind: 'order' }
  | { kind: 'return' }
  | { kind: 'send'; returning: string }
  | { kind: 'rate'; item: number }
  | { kind: 'ticket'; ticket: string | undefined };
