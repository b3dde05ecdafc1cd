import { OPTIONS_POSITION, type CoveredMethod } from '../channels/messenger';

/**
 * The options of a call of a covered method, if it has any.
 *
 * @param lead how many arguments stand before those that a context's method
 * takes: those of a client have the recipient first
 */
export function optionsOf(
  method: CoveredMethod,
  args: unknown[],
  lead = 0,
): Record<string, unknown> | undefined {
  const options = args[OPTIONS_POSITION[method] + lead];
  return typeof options === 'object' && options !== null
    ? (options as Record<string, unknown>)
    : undefined;
}

/** The call's own persona, in either spelling; `undefined` where it has none, `null` for the Page. */
export function ownPersona(
  options: Record<string, unknown> | undefined,
): unknown {
  if (!options) return undefined;
  const { personaId, persona_id: snakeCased } = options;
  return personaId === undefined ? snakeCased : personaId;
}

/** The same arguments with this `personaId`, or with none for the Page; the caller's own stay as they were. */
export function withPersonaId(
  method: CoveredMethod,
  args: unknown[],
  personaId: string | null,
  lead = 0,
): unknown[] {
  const options = optionsOf(method, args, lead);
  const hasOwn = options && ('personaId' in options || 'persona_id' in options);
  if (personaId === null && !hasOwn) return args;
  const changed = [...args];
  const others = { ...options };
  if (hasOwn) {
    delete others.personaId;
    delete others.persona_id;
  }
  if (personaId !== null) others.personaId = personaId;
  changed[OPTIONS_POSITION[method] + lead] = others;
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
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
