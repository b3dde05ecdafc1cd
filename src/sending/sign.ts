import type { Settings } from '../options';

/**
 * The arguments of a call that goes out without its face, so that the text can say who speaks.
 *
 * @param at the position of the text
 */
export function signed(
  args: unknown[],
  name: string | undefined,
  signText: Settings['signText'],
  at: number,
): unknown[] {
  const text = args[at];
  if (!signText || name === undefined || typeof text !== 'string') return args;
  try {
    const changed: unknown = signText(text, { name });
    if (typeof changed === 'string') return args.with(at, changed);
    warn(`it gave no text, but a value of type ${typeof changed}`);
    // An async function's own failure is told by that, and must not end the process.
    Promise.resolve(changed).catch(() => undefined);
  } catch (error) {
    warn(
      error instanceof Error
        ? error.message
        : `it threw a value of type ${typeof error}`,
    );
  }
  return args;
}

function warn(reason: string): void {
  process.emitWarning(
    `The option "signText" of personas() failed: ${reason}. The text went out unsigned.`,
    'PersonaWarning',
  );
}
