import type { Fields } from '../channels/messageCall';
import { isPlainObject } from '../util/values';

/** The persona that a call, or a message, names itself, in either spelling: `undefined` where it names none, `null` for the Page. */
export function ownPersona({ personaId, persona_id: snakeCased }: Fields) {
  return personaId === undefined ? snakeCased : personaId;
}

/** The same fields without a persona. */
export function withoutPersona(fields: Fields): Fields {
  if (ownPersona(fields) === undefined) return fields;
  const { personaId: _, persona_id: __, ...others } = fields;
  return others;
}

/** The same arguments without a persona in options, in a message, or in an array of messages. */
export function withoutPersonas(args: readonly unknown[]): unknown[] {
  return args.map((argument) => {
    if (isPlainObject(argument)) return withoutPersona(argument);
    return Array.isArray(argument) ? withoutPersonas(argument) : argument;
  });
}
