import { InvalidPersonaError } from './errors';

/** A persona's ID on the Page, or a name from the directory. `null` means the Page itself. */
export type Persona = string;

/** A persona's ID: digits, too many for a JavaScript number. */
export type PersonaId = `${bigint}`;

/**
 * The personas that methods such as `usePersona` accept. If the names of the
 * directory are known, a name or an ID, so that a misspelt name does not compile;
 * else any string.
 */
export type Speaker<Name extends string> = string extends Name
  ? Persona
  : Name | PersonaId;

/** @throws InvalidPersonaError for anything but a non-empty string or `null` */
export function checkPersona(persona: unknown): Persona | null {
  if (persona === null) return null;
  if (typeof persona === 'string' && persona.trim() !== '') return persona;
  const given =
    typeof persona === 'string'
      ? JSON.stringify(persona)
      : `of type ${typeof persona}`;
  throw new InvalidPersonaError(
    `A persona is a non-empty string (its ID on the Page, or the name of its profile in the directory) or null (the Page), ` +
      `but this was ${given}.`,
  );
}

export function isPersonaId(value: string): boolean {
  return /^\d+$/.test(value);
}
