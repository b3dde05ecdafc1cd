import type { IdPlace } from '../channels/channel';

/** A method of Bottender's own, or of whoever has wrapped it. */
export type Original = (...args: unknown[]) => unknown;

/** One call of a covered method whose message carries a persona's ID. */
export interface Call {
  readonly place: IdPlace;
  readonly args: unknown[];
  /** How many arguments stand before those that a context's method takes: those of a client have the recipient first. */
  readonly lead: number;
  /** What is covered, */
  readonly original: Original;
  /** and what it is called on. */
  readonly self: object;
  /** Whether it ends in a delivery of its own, beneath what others have wrapped around it. */
  readonly goesThrough?: boolean;
}

/** The position of a call's options. */
export function optionsAt({ place, lead }: Call): number {
  return place.at + lead;
}
