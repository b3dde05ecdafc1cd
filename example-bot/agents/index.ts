/**
 * agents/ is about the humans who answer customers: who is signed in, who talks
 * to whom, and the console where they do it. The bot's handlers use what is here.
 */
import { Desk } from './desk';
import { Sessions } from './sessions';

/** An agent who closed the browser for longer is signed out, and the customers wait for another. */
const AWAY_MS = 5 * 60_000;

export const desk = new Desk();
export const sessions = new Sessions(AWAY_MS);
