import type { ConversationEntry, EmulatorState } from '../types';
import type { World } from '../world/world';
import { diffLines } from '../recording/diffLines';

type Check<T> = (state: EmulatorState) => T | undefined | null | false;

/** Resolves with the first truthy result of `check`, which is called at each change. */
export function waitForState<T>(
  world: World,
  check: Check<T>,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<T> {
  const before = summaryOf(world.state());
  return new Promise((resolve, reject) => {
    let unsubscribe = () => {};
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      unsubscribe();
      closing.removeEventListener('abort', onClose);
      finish();
    };
    const giveUp = (reason: string) =>
      settle(() => reject(new Error(`Messenger emulator: ${reason}`)));
    const onClose = () => giveUp('closed while waiting for a state');
    const timer = setTimeout(
      () =>
        giveUp(
          `the expected state was not reached within ${timeoutMs} ms. Changes while waiting are marked with +:\n${diffLines(before, summaryOf(world.state())).join('\n')}`,
        ),
      timeoutMs,
    );
    const look = () => {
      try {
        const result = check(world.state());
        if (result) settle(() => resolve(result));
      } catch (error) {
        settle(() =>
          reject(error instanceof Error ? error : new Error(String(error))),
        );
      }
    };
    if (closing.aborted) return onClose();
    closing.addEventListener('abort', onClose);
    unsubscribe = world.changes.subscribe(look);
    look();
  });
}

/** Describes an action without a message. */
function describeAction(entry: Partial<ConversationEntry>): string {
  if (entry.optin) return entry.optin.ref ?? entry.optin.payload ?? '(opt-in)';
  if (entry.referral) return `(link) ${entry.referral.ref ?? ''}`;
  return entry.account_linking ? `(${entry.account_linking.status})` : '';
}

const LINES_SHOWN = 20;

/** Lists the latest messages and Graph API calls, for error messages. */
function summaryOf({ conversations, requests }: EmulatorState): string[] {
  const said = conversations.flatMap(({ psid, entries }) =>
    entries.slice(-LINES_SHOWN).map(({ from, persona, message, ...entry }) => {
      const what = message
        ? (message.text ?? '(attachment)')
        : (entry.senderAction ??
          entry.postback?.title ??
          describeAction(entry));
      const who = persona?.name ?? (from === 'user' ? 'customer' : 'Page');
      return `  ${psid} ${who}: ${what.slice(0, 200)}`;
    }),
  );
  const called = requests
    .slice(-LINES_SHOWN)
    .map(
      ({ method, path, status, error }) =>
        `  ${method} ${path} ${status}${error ? ` ${error.message}` : ''}`,
    );
  return [
    'said:',
    ...(said.length > 0 ? said.slice(-LINES_SHOWN) : ['  nothing']),
    'Graph calls:',
    ...(called.length > 0 ? called : ['  none']),
  ];
}
