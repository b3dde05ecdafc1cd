import type { EmulatorState } from '../types';
import type { World } from '../world/world';

type Check<T> = (state: EmulatorState) => T | undefined | null | false;

/** Resolves with the first truthy result of `check`, looked for at each change. */
export function waitForState<T>(
  world: World,
  check: Check<T>,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<T> {
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
    const onClose = () => giveUp('closed while a state was waited for');
    const timer = setTimeout(
      () =>
        giveUp(
          `the state that was waited for did not come within ${timeoutMs} ms`,
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
