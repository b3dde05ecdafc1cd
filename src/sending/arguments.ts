import { isObject } from '../util/isObject';

/** The options of a call, if it has any at this position. */
export function optionsOf(
  args: unknown[],
  at: number,
): Record<string, unknown> | undefined {
  const options = args[at];
  return isObject(options) ? (options as Record<string, unknown>) : undefined;
}

/** The call's own persona, in either spelling; `undefined` where it has none, `null` for the Page. */
export function ownPersona(
  options: Record<string, unknown> | undefined,
): unknown {
  if (!options) return undefined;
  const { personaId, persona_id: snakeCased } = options;
  return personaId === undefined ? snakeCased : personaId;
}

/**
 * The same arguments with this `personaId`, or with none for the Page; the
 * caller's own stay as they were.
 *
 * @param at the position of the options
 */
export function withPersonaId(
  args: unknown[],
  at: number,
  personaId: string | null,
): unknown[] {
  const options = optionsOf(args, at);
  const hasOwn = options && ('personaId' in options || 'persona_id' in options);
  if (personaId === null && !hasOwn) return args;
  const changed = [...args];
  const others = { ...options };
  if (hasOwn) {
    delete others.personaId;
    delete others.persona_id;
  }
  if (personaId !== null) others.personaId = personaId;
  changed[at] = others;
  return changed;
}

/** The same argument without a persona, if it is an object that has one. */
export function withoutPersona(argument: unknown): unknown {
  if (!isMessage(argument) || ownPersona(argument) === undefined) {
    return argument;
  }
  const { personaId: _, persona_id: __, ...others } = argument;
  return others;
}

/** Options, or a message; no file contents, arrays or instances of classes. */
export function isMessage(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
