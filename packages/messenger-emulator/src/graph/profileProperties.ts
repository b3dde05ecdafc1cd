import { invalidParameter } from '../values/graphError';
import { getProperty, isObject, toText, type Json } from '../values/json';
import { checkButton } from './buttons';

const MENU_TYPES = ['web_url', 'postback'];
const MAX_ITEMS = 20;
const MAX_QUESTIONS = 4;

/** The documented rules; other properties are not checked. */
const CHECKS = new Map<string, (value: Json) => void>([
  ['account_linking_url', checkLoginPage],
  ['get_started', checkGetStarted],
  ['greeting', checkGreeting],
  ['ice_breakers', checkIceBreakers],
  ['persistent_menu', checkMenu],
]);

/**
 * Checks one property of a Messenger profile.
 *
 * @throws {GraphError} if it breaks a documented rule.
 */
export function checkProperty(name: string, value: Json): void {
  CHECKS.get(name)?.(value);
}

/** docs/messenger-facts.md#messenger-profile */
export function checkMenu(value: Json): void {
  for (const menu of localized('persistent_menu', value)) {
    const items = isObject(menu)
      ? getProperty(menu, 'call_to_actions')
      : undefined;
    if (items === undefined) continue;
    if (!Array.isArray(items) || items.length > MAX_ITEMS) {
      throw invalidParameter(
        `Param call_to_actions must be an array of at most ${MAX_ITEMS}`,
      );
    }
    for (const item of items) checkItem(item);
  }
}

/** Menu items may have longer titles than other buttons. */
function checkItem(item: Json): void {
  const title = isObject(item) ? toText(getProperty(item, 'title')) : undefined;
  if (!isObject(item) || !title) {
    throw invalidParameter('Every menu item needs a title');
  }
  checkButton({ ...item, title: [...title].slice(0, 20).join('') }, MENU_TYPES);
}

/** docs/messenger-facts.md#account-linking */
function checkLoginPage(value: Json): void {
  if (typeof value !== 'string' || !/^https:/i.test(value)) {
    throw invalidParameter('Param account_linking_url must be an https URL');
  }
}

/** docs/messenger-facts.md#welcome-screen */
function checkGetStarted(value: Json): void {
  const payload = isObject(value)
    ? toText(getProperty(value, 'payload'))
    : undefined;
  if (!payload) throw invalidParameter('Param get_started needs a payload');
}

/** docs/messenger-facts.md#greeting: how long it may be is no reason to refuse it. */
function checkGreeting(value: Json): void {
  for (const greeting of localized('greeting', value)) {
    const text = isObject(greeting) ? getProperty(greeting, 'text') : undefined;
    if (typeof text !== 'string' || text === '') {
      throw invalidParameter('Every greeting needs a text');
    }
  }
}

/** docs/messenger-facts.md#ice-breakers */
function checkIceBreakers(value: Json): void {
  const isPlain =
    Array.isArray(value) &&
    value.every((each) => isObject(each) && getProperty(each, 'question'));
  const lists = isPlain
    ? [value]
    : localized('ice_breakers', value).map((each) =>
        isObject(each) ? getProperty(each, 'call_to_actions') : undefined,
      );
  for (const questions of lists) {
    if (!Array.isArray(questions) || questions.length > MAX_QUESTIONS) {
      throw invalidParameter(
        `There can be at most ${MAX_QUESTIONS} ice breakers`,
      );
    }
    for (const each of questions) {
      const isWhole =
        isObject(each) &&
        Boolean(toText(getProperty(each, 'question'))) &&
        Boolean(toText(getProperty(each, 'payload')));
      if (!isWhole) {
        throw invalidParameter('An ice breaker needs a question and a payload');
      }
    }
  }
}

/** Checks that a list has one entry per locale, and one for `default`. */
function localized(name: string, value: Json): Json[] {
  if (!Array.isArray(value)) {
    throw invalidParameter(`Param ${name} must be an array`);
  }
  const hasDefault = value.some(
    (each) => isObject(each) && getProperty(each, 'locale') === 'default',
  );
  if (!hasDefault) {
    throw invalidParameter(
      `Param ${name} needs an entry for the locale default`,
    );
  }
  return value;
}
