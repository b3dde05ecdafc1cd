import { invalidParameter } from '../values/graphError';
import {
  getProperty,
  isObject,
  toText,
  type Json,
  type JsonObject,
} from '../values/json';

const MAX_BUTTONS = 3;
const MAX_TITLE_LENGTH = 20;
const MAX_PAYLOAD_LENGTH = 1000;

/** docs/messenger-facts.md#buttons */
const CHECKS = new Map<string, (button: JsonObject) => void>([
  [
    'web_url',
    (button) => {
      checkTitle(button);
      if (!toText(getProperty(button, 'url'))) {
        throw invalidParameter('A web_url button needs a url');
      }
    },
  ],
  [
    'postback',
    (button) => {
      checkTitle(button);
      checkPayload(button);
    },
  ],
  [
    'phone_number',
    (button) => {
      checkTitle(button);
      if (
        !/^\+[\d ()-]{3,}$/.test(toText(getProperty(button, 'payload')) ?? '')
      ) {
        throw invalidParameter(
          'A phone_number button needs a payload of a "+" and digits',
        );
      }
    },
  ],
  [
    'account_link',
    (button) => {
      if (!/^https:/i.test(toText(getProperty(button, 'url')) ?? '')) {
        throw invalidParameter('An account_link button needs an https url');
      }
    },
  ],
  ['account_unlink', () => undefined],
  ['game_play', checkTitle],
]);

/**
 * Checks the buttons of a template.
 *
 * @returns the number of buttons
 * @throws {GraphError} if one breaks a documented rule.
 */
export function checkButtons(buttons: Json | undefined): number {
  if (buttons === undefined || buttons === null) return 0;
  if (!Array.isArray(buttons) || buttons.length > MAX_BUTTONS) {
    throw invalidParameter(`There can be at most ${MAX_BUTTONS} buttons`);
  }
  for (const button of buttons) checkButton(button, [...CHECKS.keys()]);
  return buttons.length;
}

/** @param types the types that are allowed here */
export function checkButton(button: Json, types: readonly string[]): void {
  const type = isObject(button)
    ? toText(getProperty(button, 'type'))
    : undefined;
  if (!isObject(button) || type === undefined || !types.includes(type)) {
    throw invalidParameter(
      `The type of a button must be one of {${types.join(', ')}}`,
    );
  }
  CHECKS.get(type)?.(button);
}

function checkTitle(button: JsonObject): void {
  const title = toText(getProperty(button, 'title')) ?? '';
  if (title === '' || [...title].length > MAX_TITLE_LENGTH) {
    throw invalidParameter(
      `A button needs a title of at most ${MAX_TITLE_LENGTH} characters`,
    );
  }
}

function checkPayload(button: JsonObject): void {
  const payload = toText(getProperty(button, 'payload')) ?? '';
  if (payload === '' || [...payload].length > MAX_PAYLOAD_LENGTH) {
    throw invalidParameter(
      `A postback button needs a payload of at most ${MAX_PAYLOAD_LENGTH} characters`,
    );
  }
}
