import { InvalidPersonaError } from './errors';

/**
 * A persona to speak with: its ID on the Page, or a name from the directory.
 * `null` stands for the Page itself.
 */
export type Persona = string;

/** A persona's ID: digits, more of them than JavaScript's numbers hold. */
export type PersonaId = `${bigint}`;

/**
 * What can be spoken as: without known names any string; with them one of the
 * names or an ID, so that a misspelt name does not compile.
 */
export type Speaker<Name extends string> = string extends Name
  ? Persona
  : Name | PersonaId;

/**
 * Gives back what it was given, if it is a persona or the Page.
 *
 * @throws InvalidPersonaError for anything but a non-empty string or `null`
 */
export function checkPersona(persona: unknown): Persona | null {
  if (persona === null) return null;
  if (typeof persona === 'string' && persona.trim() !== '') return persona;
  throw new InvalidPersonaError(
    `A persona is a non-empty string (its ID on the Page, or a name from the directory) or null (the Page), ` +
      `but this was ${shown(persona)}.`,
  );
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : `of type ${typeof value}`;
}

/** Persona IDs are numbers too large for JavaScript's, so they are kept as digits. */
export function isPersonaId(value: string): boolean {
  return /^\d+$/.test(value);
}
