import { OPTIONS_POSITION, type CoveredMethod } from './methods';

/** The options of a call of a covered method, if it has any. */
export function optionsOf(
  method: CoveredMethod,
  args: unknown[],
): Record<string, unknown> | undefined {
  const options = args[OPTIONS_POSITION[method]];
  return typeof options === 'object' && options !== null
    ? (options as Record<string, unknown>)
    : undefined;
}

/** The same arguments with this `personaId`, or with none for the Page; the caller's own stay as they were. */
export function withPersonaId(
  method: CoveredMethod,
  args: unknown[],
  personaId: string | null,
): unknown[] {
  const options = optionsOf(method, args);
  if (personaId === null && !(options && 'personaId' in options)) return args;
  const { personaId: _own, ...others } = options ?? {};
  const changed = [...args];
  changed[OPTIONS_POSITION[method]] =
    personaId === null ? others : { ...others, personaId };
  return changed;
}
