import { isHttpUrl } from '../values/checks';
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
  'image_grid',
  'media',
  'notification_messages',
  'one_time_notif_req',
  'product',
  'receipt',
];
const LONGEST_BUTTON_TEXT = 640;
const MOST_BUTTONS = 3;
const MOST_ELEMENTS = 10;
const LEAST_IMAGES = 2;
const MOST_IMAGES = 6;
const LONGEST_GRID_TITLE = 45;
const LONGEST_GRID_SUBTITLE = 80;

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
  if (type === 'image_grid') checkImageGrid(payload);
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

/** @see https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/image-grid */
function checkImageGrid(payload: JsonObject): void {
  const elements = field(payload, 'elements');
  const [element] = Array.isArray(elements) ? elements : [];
  if (!Array.isArray(elements) || elements.length !== 1 || !isObject(element)) {
    throw invalidParameter('The image grid template needs exactly 1 element');
  }
  const images = field(element, 'images');
  if (
    !Array.isArray(images) ||
    images.length < LEAST_IMAGES ||
    images.length > MOST_IMAGES
  ) {
    throw invalidParameter(
      `The image grid needs ${LEAST_IMAGES} to ${MOST_IMAGES} images`,
    );
  }
  const heroes = images.filter((image) => {
    if (!isObject(image) || !isHttpUrl(textOf(field(image, 'url')) ?? '')) {
      throw invalidParameter('Every image of a grid needs a url');
    }
    return field(image, 'is_hero_image') === true;
  });
  if (heroes.length > 1) {
    throw invalidParameter('At most one image can have is_hero_image');
  }
  checkLength(element, 'title', LONGEST_GRID_TITLE);
  checkLength(element, 'subtitle', LONGEST_GRID_SUBTITLE);
  checkButtons(field(element, 'buttons'));
}

function checkLength(element: JsonObject, name: string, most: number): void {
  const text = textOf(field(element, name)) ?? '';
  if ([...text].length > most) {
    throw invalidParameter(`Param ${name} must be at most ${most} characters`);
  }
}

function checkButtons(buttons: Json | undefined): number {
  if (buttons === undefined || buttons === null) return 0;
  if (!Array.isArray(buttons) || buttons.length > MOST_BUTTONS) {
    throw invalidParameter(`There can be at most ${MOST_BUTTONS} buttons`);
  }
  return buttons.length;
}
