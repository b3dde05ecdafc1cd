import { sleep } from '../messenger/retries';

/** At least this lies between two deletions of personas that lingered. */
const PACE_MS = 20;

/** Lets those whose time has run out be deleted one after the other, never as a burst. */
export class Pace {
  private turn: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    const mine = this.turn;
    this.turn = mine.then(() => sleep(PACE_MS));
    return mine;
  }
}
