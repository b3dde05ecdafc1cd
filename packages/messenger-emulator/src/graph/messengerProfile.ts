import { invalidParameter } from '../values/graphError';
import type { Json, JsonObject } from '../values/json';
import type { Parameters } from './parameters';
import type { PageCall } from './call';
import { checkMenu, checkProperty } from './profileProperties';
import { requireCustomer } from './readRecipient';

/** docs/messenger-facts.md#messenger-profile */
export const PROPERTIES = [
  'account_linking_url',
  'commands',
  'get_started',
  'greeting',
  'ice_breakers',
  'persistent_menu',
  'whitelisted_domains',
];

const MAX_PROPERTY_LENGTH = 64 * 1024;

/** `GET /{page}/messenger_profile?fields=` */
export function getMessengerProfile(call: PageCall): Json {
  const { world, page, parameters } = call;
  const profile = world.profiles.ofPage(page.id);
  const found: JsonObject = {};
  for (const name of readNames(parameters)) {
    const value = profile.get(name);
    if (value !== undefined) found[name] = value;
  }
  return { data: Object.keys(found).length > 0 ? [found] : [] };
}

/** `POST /{page}/messenger_profile` */
export function setMessengerProfile(call: PageCall): Json {
  const { world, page, parameters } = call;
  const given = PROPERTIES.filter((name) => parameters.has(name));
  if (given.length === 0) {
    throw invalidParameter(
      `Requires one of the params: ${PROPERTIES.join(', ')}`,
    );
  }
  const properties = given.map((name): [string, Json] => [
    name,
    parameters.json(name) ?? null,
  ]);
  checkProperties(properties, world.profiles.ofPage(page.id));
  world.profiles.setProperties(page.id, properties);
  return { result: 'success' };
}

/**
 * @param known the properties that are already set
 * @throws {GraphError} if one breaks a documented rule.
 */
export function checkProperties(
  properties: readonly [string, Json][],
  known: ReadonlyMap<string, Json>,
): void {
  const names = properties.map(([name]) => name);
  const hasGetStarted =
    known.has('get_started') || names.includes('get_started');
  if (names.includes('persistent_menu') && !hasGetStarted) {
    throw invalidParameter(
      'You must set a Get Started button if you also wish to use persistent menu',
    );
  }
  for (const [name, value] of properties) {
    checkProperty(name, checkSize(name, value));
  }
}

/** `DELETE /{page}/messenger_profile` */
export function deleteMessengerProfile(call: PageCall): Json {
  const { world, page, parameters } = call;
  const profile = world.profiles.ofPage(page.id);
  const names = readNames(parameters);
  const keepsMenu =
    profile.has('persistent_menu') && !names.includes('persistent_menu');
  if (names.includes('get_started') && keepsMenu) {
    throw invalidParameter(
      'You must set a Get Started button if you also wish to use persistent menu',
    );
  }
  world.profiles.deleteProperties(page.id, names);
  return { result: 'success' };
}

/**
 * `GET /{page}/custom_user_settings?psid=`
 *
 * @see https://developers.facebook.com/docs/messenger-platform/send-messages/persistent-menu
 */
export function getUserSettings(call: PageCall): Json {
  const psid = readPsid(call);
  const menu = call.world.profiles.menuOf(call.page.id, psid);
  return {
    data: menu === undefined ? [] : [{ user_level_persistent_menu: menu }],
  };
}

/** `POST /{page}/custom_user_settings` */
export function setUserSettings(call: PageCall): Json {
  const psid = readPsid(call);
  const menu = call.parameters.list('persistent_menu');
  if (!menu)
    throw invalidParameter('The parameter persistent_menu is required');
  checkMenu(menu);
  call.world.profiles.setMenu(
    call.page.id,
    psid,
    checkSize('persistent_menu', menu),
  );
  return { result: 'success' };
}

/** `DELETE /{page}/custom_user_settings?psid=&params=["persistent_menu"]` */
export function deleteUserSettings(call: PageCall): Json {
  const psid = readPsid(call);
  if (!call.parameters.names('params')?.includes('persistent_menu')) {
    throw invalidParameter('Param params must be ["persistent_menu"]');
  }
  call.world.profiles.deleteMenu(call.page.id, psid);
  return { result: 'success' };
}

/** The emulator's own limit; Meta gives none. */
function checkSize(name: string, value: Json): Json {
  if (JSON.stringify(value).length > MAX_PROPERTY_LENGTH) {
    throw invalidParameter(
      `Param ${name} must be at most ${MAX_PROPERTY_LENGTH} characters of JSON in the emulator`,
    );
  }
  return value;
}

function readNames(parameters: Parameters): string[] {
  const names = parameters.names('fields');
  if (!names || names.length === 0) {
    throw invalidParameter('The parameter fields is required');
  }
  const unknown = names.find((name) => !PROPERTIES.includes(name));
  if (unknown !== undefined) {
    throw invalidParameter(
      `Param fields must be one of {${PROPERTIES.join(', ')}}, not ${unknown}`,
    );
  }
  return names;
}

function readPsid(call: PageCall): string {
  return requireCustomer(call, call.parameters.requiredText('psid'));
}
