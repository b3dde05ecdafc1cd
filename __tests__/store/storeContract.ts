import type { PersonaStoreError } from 'bottender-persona';

import { openConversations, openStore } from '../../src/store/open';
import type { SharedStore } from '../../src/store/sharedStore';

import {
  itKeepsConversations,
  itLetsOneProcessDisclose,
} from './conversationContract';
import {
  itKeepsWhatAFleetReliesOn,
  itIsAtomicAndReadsInParts,
} from './portContract';

/**
 * What every store passes that processes share. Each call comes from another
 * process than the one before it, so that nothing may be kept in a process.
 *
 * @param open opens the same store once more, as another process does
 */
export function itIsASharedStore(open: () => SharedStore): void {
  const fail = (error: PersonaStoreError) => {
    throw error;
  };
  const port = () => inTurn(() => openStore(open(), fail));
  const conversations = (lapseMs: number) =>
    inTurn(() => openConversations(open(), lapseMs, fail));

  test('outlives its processes', () => {
    expect(port().isLasting).toBe(true);
  });
  itKeepsWhatAFleetReliesOn(port);
  itIsAtomicAndReadsInParts(port);
  itKeepsConversations(conversations);
  itLetsOneProcessDisclose(conversations);
}

/** An object whose calls go to two others in turn. */
function inTurn<T extends object>(open: () => T): T {
  const both = [open(), open()] as const;
  let calls = 0;
  return new Proxy(both[0], {
    get: (first, name) => {
      const value: unknown = Reflect.get(first, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const target = both[(calls += 1) % 2] ?? first;
        const method = Reflect.get(target, name) as typeof value;
        return Reflect.apply(method, target, args) as unknown;
      };
    },
  });
}
