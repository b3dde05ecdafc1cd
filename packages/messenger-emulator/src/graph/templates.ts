import { invalidParameter } from '../values/graphError';
import {
  field,
  isObject,
  textOf,
  type Json,
  type JsonObject,
} from '../values/json';

/** @see https://developers.facebook.com/docs/messenger-platform/send-messages/templates */
const TEMPLATE_TYPES = [
  'airline_boardingpass',
  'airline_checkin',
  'airline_itinerary',
  'airline_update',
  'button',
  'coupon',
  'customer_feedback',
  'generic',
  'media',
  'notification_messages',
  'one_time_notif_req',
  'product',
  'receipt',
];
const LONGEST_BUTTON_TEXT = 640;
const MOST_BUTTONS = 3;
const MOST_ELEMENTS = 10;

/** Checks what Meta's pages say of every template; the rest of it is the app's. */
export function checkTemplate(payload: JsonObject): void {
  const type = textOf(field(payload, 'template_type')) ?? '';
  if (!TEMPLATE_TYPES.includes(type)) {
    throw invalidParameter(
      `Param template_type must be one of {${TEMPLATE_TYPES.join(', ')}}`,
    );
  }
  if (type === 'button') checkButtonTemplate(payload);
  if (type === 'generic') checkGenericTemplate(payload);
}

/** @see https://developers.facebook.com/docs/messenger-platform/reference/templates/button */
function checkButtonTemplate(payload: JsonObject): void {
  const text = textOf(field(payload, 'text')) ?? '';
  if (text === '' || [...text].length > LONGEST_BUTTON_TEXT) {
    throw invalidParameter(
      `The button template needs a text of at most ${LONGEST_BUTTON_TEXT} characters`,
    );
  }
  if (checkButtons(field(payload, 'buttons')) === 0) {
    throw invalidParameter('The button template needs at least one button');
  }
}

/** @see https://developers.facebook.com/docs/messenger-platform/reference/templates/generic */
function checkGenericTemplate(payload: JsonObject): void {
  const elements = field(payload, 'elements');
  if (
    !Array.isArray(elements) ||
    elements.length === 0 ||
    elements.length > MOST_ELEMENTS
  ) {
    throw invalidParameter(
      `The generic template needs 1 to ${MOST_ELEMENTS} elements`,
    );
  }
  for (const element of elements) {
    if (!isObject(element) || !textOf(field(element, 'title'))) {
      throw invalidParameter('Every element needs a title');
    }
    checkButtons(field(element, 'buttons'));
  }
}

function checkButtons(buttons: Json | undefined): number {
  if (buttons === undefined || buttons === null) return 0;
  if (!Array.isArray(buttons) || buttons.length > MOST_BUTTONS) {
    throw invalidParameter(`There can be at most ${MOST_BUTTONS} buttons`);
  }
  return buttons.length;
}
