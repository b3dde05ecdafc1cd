import {
  checkFields,
  checkHttpUrl,
  checkId,
  checkKnown,
  checkText,
  fail,
} from '../values/checks';
import { GraphError } from '../values/graphError';
import type { Json, JsonObject } from '../values/json';
import type { CustomerDetails } from '../types';
import { checkProperties, PROPERTIES } from '../graph/messengerProfile';
import { MAX_NAME_LENGTH, MAX_PERSONAS } from '../graph/personas';
import { readDetails } from '../world/readDetails';
import type { Customers } from '../world/customers';
import type { World } from '../world/world';

const MAX_CUSTOMERS = 10_000;

interface SeededPersona {
  pageId: string;
  id: string | undefined;
  name: string;
  picture: string;
}

interface SeededCustomer {
  pageId: string;
  psid: string;
  details: CustomerDetails;
}

/** The validated initial state, applied at the start and after each reset. */
export interface Seed {
  personas: readonly SeededPersona[];
  customers: readonly SeededCustomer[];
  profiles: readonly { pageId: string; properties: [string, Json][] }[];
}

/**
 * Checks a seed.
 *
 * @throws {TypeError} naming the wrong field, such as `seed.personas[0].name`.
 */
export function readSeed(
  given: unknown,
  pageIds: readonly string[],
  appId: string,
): Seed {
  const seed = given === undefined ? {} : checkFields(given, 'seed');
  checkKnown(seed, ['personas', 'customers', 'profiles'], 'seed.');
  const pageIdOf = ({ pageId }: JsonObject, name: string): string =>
    pageId === undefined
      ? (pageIds[0] ?? '')
      : (pageIds.find((each) => each === pageId) ??
        fail(`${name}.pageId`, 'the ID of one of the `pages`'));
  const personas = readList(seed, 'personas', MAX_PERSONAS).map(
    ({ item, name }) => {
      checkKnown(
        item,
        ['pageId', 'id', 'name', 'profile_picture_url'],
        `${name}.`,
      );
      return { pageId: pageIdOf(item, name), ...readPersona(item, name) };
    },
  );
  const ids = personas.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) {
    fail('seed.personas', 'personas with different IDs');
  }
  const customers = readList(seed, 'customers', MAX_CUSTOMERS).map(
    ({ item, name }) => {
      const { pageId: _pageId, psid, ...details } = item;
      const id = checkId(psid, `${name}.psid`);
      if (id === appId || pageIds.includes(id)) {
        fail(`${name}.psid`, 'an ID that is not that of a Page or the app');
      }
      return {
        pageId: pageIdOf(item, name),
        psid: id,
        details: readDetails(details, `${name}.`),
      };
    },
  );
  const profiles = readList(seed, 'profiles', pageIds.length).map(
    ({ item, name }) => {
      checkKnown(item, ['pageId', ...PROPERTIES], `${name}.`);
      return {
        pageId: pageIdOf(item, name),
        properties: readProperties(item, name),
      };
    },
  );
  return { personas, customers, profiles };
}

/** Creates the seed's personas, customers and profiles. */
export function applySeed(
  seed: Seed,
  world: World,
  customers: Customers,
): void {
  for (const { pageId, id, name, picture } of seed.personas) {
    world.personas.create(pageId, name, picture, id);
  }
  for (const { pageId, psid, details } of seed.customers) {
    customers.set(psid, details, { pageId });
  }
  for (const { pageId, properties } of seed.profiles) {
    world.profiles.setProperties(pageId, properties);
  }
}

function readList(
  seed: JsonObject,
  field: string,
  most: number,
): { item: JsonObject; name: string }[] {
  const list = seed[field] ?? [];
  if (!Array.isArray(list) || list.length > most) {
    fail(`seed.${field}`, `a list of at most ${most}`);
  }
  return list.map((each, i) => {
    const name = `seed.${field}[${i}]`;
    return { item: checkFields(each, name), name };
  });
}

function readPersona(
  item: JsonObject,
  name: string,
): Omit<SeededPersona, 'pageId'> {
  const called = checkText(item.name, `${name}.name`);
  if ([...called].length > MAX_NAME_LENGTH) {
    fail(`${name}.name`, `at most ${MAX_NAME_LENGTH} characters`);
  }
  return {
    id: item.id === undefined ? undefined : checkId(item.id, `${name}.id`),
    name: called,
    picture: checkHttpUrl(
      item.profile_picture_url,
      `${name}.profile_picture_url`,
    ),
  };
}

function readProperties(item: JsonObject, name: string): [string, Json][] {
  const properties = PROPERTIES.flatMap((property): [string, Json][] => {
    const value = item[property];
    return value === undefined ? [] : [[property, value]];
  });
  for (const [property, value] of properties) {
    const others = new Map(properties);
    others.delete(property);
    try {
      checkProperties([[property, value]], others);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      throw new TypeError(
        `Messenger emulator: \`${name}.${property}\`: ${error.message}`,
      );
    }
  }
  return properties;
}
