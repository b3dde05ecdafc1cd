type Action = (context: object, props: object) => unknown;

/**
 * Runs an action and, as Bottender does, the actions that it returns. Bottender
 * itself would run these after the block, when the persona is no longer active.
 *
 * @see https://bottender.js.org/docs/the-basics-actions
 */
export async function runActions(
  run: () => unknown,
  context: object,
): Promise<unknown> {
  let returned = await run();
  while (typeof returned === 'function') {
    returned = await (returned as Action)(context, {});
  }
  return returned;
}

/** @throws TypeError before anything is created for the block */
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
