import type { IdChannel } from './channel';
import { messenger } from './messenger';

/** Bottender's console, which shows what Messenger would be sent. */
export const consoleChannel: IdChannel<'console'> = {
  ...messenger,
  platform: 'console',
};
