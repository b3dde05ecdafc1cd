import { propertiesOf, type Properties } from '../util/values';
import { isId } from '../graph/responses';
import type { PersonaProfile } from '../profile';

import type { LeaseRecord, NamedRecord } from './port';

/*
 * Records are read here, whole or not at all: another version, another program
 * or a person may have written what is in the store.
 */

/** The last time that a Date can hold. */
const MAX_TIME = 8.64e15;

function readProfile(fields: Properties): PersonaProfile | undefined {
  const { name, profilePictureUrl } = fields;
  if (typeof name !== 'string' || name === '') return undefined;
  if (typeof profilePictureUrl !== 'string') return undefined;
  return { name, profilePictureUrl };
}

export function isIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isId);
}

export function readLease(value: unknown): LeaseRecord | undefined {
  const fields = propertiesOf(value);
  const profile = readProfile(fields);
  const { pageId, id, expiresAt } = fields;
  if (!profile || !isId(pageId)) return undefined;
  if (id !== null && !isId(id)) return undefined;
  if (typeof expiresAt !== 'number' || !(Math.abs(expiresAt) <= MAX_TIME)) {
    return undefined;
  }
  return { ...profile, pageId, id, expiresAt };
}

export function readName(value: unknown): NamedRecord | undefined {
  const fields = propertiesOf(value);
  const profile = readProfile(fields);
  const { id, replaces, making } = fields;
  if (!profile || !isId(id)) return undefined;
  const record: NamedRecord = { ...profile, id };
  if (replaces !== undefined) {
    if (!isIds(replaces)) return undefined;
    record.replaces = replaces;
  }
  if (making !== undefined) {
    const about = propertiesOf(making);
    const { beside } = about;
    const madeAs = readProfile(about);
    if (!madeAs || !isIds(beside)) return undefined;
    record.making = { ...madeAs, beside };
  }
  return record;
}
