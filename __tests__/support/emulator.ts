import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';

import { patient } from '../../packages/messenger-emulator/__tests__/support/patience';

import { afterTest } from './afterTest';
import { APP_SECRET, OTHER_PAGE, PAGE } from './pages';

/** An emulator of both Pages. It is closed after the test. */
export async function startEmulator(): Promise<MessengerEmulator> {
  const emulator = await startMessengerEmulator({
    appId: '1',
    appSecret: APP_SECRET,
    verifyToken: 'VERIFY',
    pages: [PAGE, OTHER_PAGE],
  });
  afterTest(() => emulator.close());
  return patient(emulator);
}
