import { isId } from '../messenger/answers';
import type { PersonaProfile } from '../profile';

/*
 * Records are read here, whole or not at all: the store may hold what another
 * version, another program or a hand has written.
 */

/** The fields of a record; none of what is no object. */
export function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function readProfile({
  name,
  profilePictureUrl,
}: Partial<Record<string, unknown>>): PersonaProfile | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  if (typeof profilePictureUrl !== 'string') return undefined;
  return { name, profilePictureUrl };
}

export function isIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isId);
}
