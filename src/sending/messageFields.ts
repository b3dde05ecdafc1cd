import { fieldsOf, type Fields, type Message } from '../channels/messageCall';
import type { ActiveSpeaker } from '../speaking/speaker';

import type { Carried } from './resolution';

/** The persona that a call, or a message, names itself, in either spelling: `undefined` where it names none, `null` for the Page. */
export function ownPersona({ personaId, persona_id: snakeCased }: Fields) {
  return personaId === undefined ? snakeCased : personaId;
}

export function withoutPersona(fields: Fields): Fields {
  if (ownPersona(fields) === undefined) return fields;
  const { personaId: _, persona_id: __, ...others } = fields;
  return others;
}

/** The same arguments without a persona in options, in a message, or in an array or a body of messages. */
export function withoutPersonas(args: readonly unknown[]): unknown[] {
  return args.map((argument) => {
    if (Array.isArray(argument)) return withoutPersonas(argument);
    const given = fieldsOf(argument);
    if (!given) return argument;
    const fields = withoutPersona(given);
    const { messages } = fields;
    if (!Array.isArray(messages)) return fields === given ? argument : fields;
    return { ...fields, messages: withoutPersonas(messages) };
  });
}

export function asPage(message: Message): Message {
  const fields = withoutPersona(message.fields);
  return fields === message.fields ? message : { ...message, fields };
}

/** The message with the profile that the bot itself put into it, or into a message that it belongs to. */
export function asCaller(message: Message, speaker: ActiveSpeaker): Message {
  if (speaker.kind !== 'caller') return message;
  return { ...message, fields: { ...message.fields, ...speaker.fields } };
}

/** The message with what shows its speaker: the same one where it has that already. */
export function shownAs(
  message: Message,
  { id, fields: added }: Carried,
  addFields: (fields: Fields, added: Fields) => Fields,
): Message {
  const { fields, text } = message;
  const isThere = id !== undefined && fields.personaId === id;
  if (isThere && fields.persona_id === undefined) return message;
  return { fields: addFields(withoutPersona(fields), added), text };
}

/** What the bot put into a message stays, in either spelling. */
export function addMissing(given: Fields, added: Fields): Fields {
  const fields: Record<string, unknown> = { ...given };
  for (const key in added) if (!isSet(key, given)) fields[key] = added[key];
  return fields;
}

export function isSet(key: string, fields: Fields): boolean {
  const value = fields[key] ?? fields[snakeCase(key)];
  return value !== undefined && value !== null;
}

/** The few keys of profiles, because each message asks for them. */
const snakeCases = new Map<string, string>();

function snakeCase(key: string): string {
  let known = snakeCases.get(key);
  if (known === undefined) {
    known = key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
    snakeCases.set(key, known);
  }
  return known;
}
