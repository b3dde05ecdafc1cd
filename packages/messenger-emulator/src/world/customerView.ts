import { getProperty, isObject, toText, type Json } from '../values/json';
import type { CustomerView, MenuItem } from '../types';
import { defaultName } from './conversations';
import type { World } from './world';

/** The locale of every customer, as in `GET /PSID`. */
const LOCALE = 'en_US';
const MAX_GREETING_LENGTH = 160;

/**
 * What a customer sees besides messages:
 * docs/messenger-facts.md#welcome-screen, docs/messenger-facts.md#ice-breakers,
 * docs/messenger-facts.md#messenger-profile
 */
export function customerView(
  { conversations, profiles }: World,
  pageId: string,
  psid: string,
): CustomerView {
  const profile = profiles.ofPage(pageId);
  const name = conversations.nameOf(pageId, psid) ?? defaultName(psid);
  const hasBegun = conversations.hasWritten(pageId, psid);
  const iceBreakers = hasBegun
    ? []
    : iceBreakersOf(profile.get('ice_breakers'));
  const menu = localOf(
    profiles.menuOf(pageId, psid) ?? profile.get('persistent_menu'),
  );
  return {
    psid,
    pageId,
    name,
    greeting: hasBegun ? null : greetingOf(profile.get('greeting'), name),
    getStarted:
      !hasBegun && iceBreakers.length === 0 && profile.has('get_started'),
    iceBreakers,
    menu: itemsOf(getNestedProperty(menu, 'call_to_actions')),
    composerDisabled:
      getNestedProperty(menu, 'composer_input_disabled') === true,
  };
}

/** Fills in the customer's name, and truncates: docs/messenger-facts.md#greeting */
function greetingOf(greeting: Json | undefined, name: string): string | null {
  const text = toText(getNestedProperty(localOf(greeting), 'text'));
  if (text === undefined) return null;
  const [firstName = '', ...others] = name.split(' ');
  const characters = [
    ...text
      .replaceAll('{{user_first_name}}', () => firstName)
      .replaceAll('{{user_last_name}}', () => others.join(' '))
      .replaceAll('{{user_full_name}}', () => name),
  ];
  return characters.slice(0, MAX_GREETING_LENGTH).join('');
}

/** Accepts the newer form, one list per locale, and the older one, a list of questions. */
function iceBreakersOf(
  value: Json | undefined,
): { question: string; payload: string }[] {
  const local = getNestedProperty(localOf(value), 'call_to_actions') ?? value;
  return (Array.isArray(local) ? local : []).flatMap((each) => {
    const question = toText(getNestedProperty(each, 'question'));
    const payload = toText(getNestedProperty(each, 'payload'));
    return question === undefined || payload === undefined
      ? []
      : [{ question, payload }];
  });
}

function itemsOf(value: Json | undefined): MenuItem[] {
  return (Array.isArray(value) ? value : []).flatMap((each) => {
    const type = toText(getNestedProperty(each, 'type'));
    const title = toText(getNestedProperty(each, 'title'));
    if (type === undefined || title === undefined) return [];
    const payload = toText(getNestedProperty(each, 'payload'));
    const url = toText(getNestedProperty(each, 'url'));
    return [
      {
        type,
        title,
        ...(payload === undefined ? {} : { payload }),
        ...(url === undefined ? {} : { url }),
      },
    ];
  });
}

/** Selects the entry for the customer's locale, or the default. */
function localOf(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return undefined;
  const inLocale = (locale: string) =>
    value.find((each) => getNestedProperty(each, 'locale') === locale);
  return inLocale(LOCALE) ?? inLocale('default');
}

function getNestedProperty(
  value: Json | undefined,
  name: string,
): Json | undefined {
  return isObject(value) ? getProperty(value, name) : undefined;
}
