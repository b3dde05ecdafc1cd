import type { Context } from 'bottender';

type Action = (context: Context, props: object) => unknown;

/**
 * Bottender runs what an action returns after the action is over, when the
 * persona would be too. So it is run here, as Bottender would, until the
 * result is not a function.
 *
 * @see https://bottender.js.org/docs/the-basics-actions
 */
export async function runActions(
  run: () => unknown,
  context: Context,
): Promise<unknown> {
  let returned = await run();
  while (typeof returned === 'function') {
    returned = await (returned as Action)(context, {});
  }
  return returned;
}

/**
 * @param method as it is called: `context.withPersona`
 * @throws TypeError saying what a block takes, before anything is made for it
 */
export function checkRun(
  method: string,
  run: unknown,
): asserts run is (...args: unknown[]) => unknown {
  if (typeof run === 'function') return;
  throw new TypeError(
    `${method}() takes a function as its second argument, which is run under the persona, ` +
      `but this was of type ${typeof run}.`,
  );
}
