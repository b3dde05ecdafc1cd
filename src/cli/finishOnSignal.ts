import { printNote } from './output';

/** The first signal aborts `stopping`, which ends the work after the steps in progress; the second ends the process. */
export async function finishOnSignal(
  stopping: AbortController,
  run: () => Promise<void>,
): Promise<void> {
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    if (signals > 1) process.exit(1);
    stopping.abort();
    printNote(
      'Stopping after the steps in progress. Signal again to stop at once.',
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await run();
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
