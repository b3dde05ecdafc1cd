import { isHttpUrl } from '../values/checks';
import { invalidParameter } from '../values/graphError';
import { getProperty, isObject, toText, type JsonObject } from '../values/json';
import { checkButtons } from './buttons';
import type { PageCall } from './call';

/** docs/messenger-facts.md#templates */
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
const MAX_BUTTON_TEXT_LENGTH = 640;
const MAX_ELEMENTS = 10;
/** For the title and the subtitle of an element. */
const MAX_TITLE_LENGTH = 80;
/** The items of a receipt. */
const MAX_RECEIPT_ELEMENTS = 100;
const MAX_REQUEST_TITLE_LENGTH = 65;
const MIN_IMAGES = 2;
const MAX_IMAGES = 6;
const MAX_GRID_TITLE_LENGTH = 45;
const MAX_GRID_SUBTITLE_LENGTH = 80;

/** The documented rules; other templates are not checked. */
const CHECKS = new Map<string, (payload: JsonObject, call: PageCall) => void>([
  ['button', checkButtonTemplate],
  ['coupon', checkCoupon],
  ['generic', checkGenericTemplate],
  ['image_grid', checkImageGrid],
  ['media', checkMediaTemplate],
  ['one_time_notif_req', checkNotificationRequest],
  ['receipt', checkReceipt],
]);

/** @throws {GraphError} for a template that breaks a documented rule. */
export function checkTemplate(payload: JsonObject, call: PageCall): void {
  const type = toText(getProperty(payload, 'template_type')) ?? '';
  if (!TEMPLATE_TYPES.includes(type)) {
    throw invalidParameter(
      `Param template_type must be one of {${TEMPLATE_TYPES.join(', ')}}`,
    );
  }
  CHECKS.get(type)?.(payload, call);
}

/** docs/messenger-facts.md#button-template */
function checkButtonTemplate(payload: JsonObject): void {
  const text = toText(getProperty(payload, 'text')) ?? '';
  if (text === '' || [...text].length > MAX_BUTTON_TEXT_LENGTH) {
    throw invalidParameter(
      `The button template needs a text of at most ${MAX_BUTTON_TEXT_LENGTH} characters`,
    );
  }
  if (checkButtons(getProperty(payload, 'buttons')) === 0) {
    throw invalidParameter('The button template needs at least one button');
  }
}

/** docs/messenger-facts.md#generic-template */
function checkGenericTemplate(payload: JsonObject): void {
  for (const element of elementsOf(payload, MAX_ELEMENTS)) {
    if (!toText(getProperty(element, 'title'))) {
      throw invalidParameter('Every element needs a title');
    }
    checkLength(element, 'title', MAX_TITLE_LENGTH);
    checkLength(element, 'subtitle', MAX_TITLE_LENGTH);
    if (Object.keys(element).length < 2) {
      throw invalidParameter(
        'Every element needs at least one field besides its title',
      );
    }
    checkButtons(getProperty(element, 'buttons'));
  }
}

/** docs/messenger-facts.md#media-template */
function checkMediaTemplate(payload: JsonObject, call: PageCall): void {
  for (const element of elementsOf(payload, 1)) {
    const type = toText(getProperty(element, 'media_type')) ?? '';
    if (!/^(image|video)$/i.test(type)) {
      throw invalidParameter('Param media_type must be image or video');
    }
    const id = toText(getProperty(element, 'attachment_id'));
    const url = toText(getProperty(element, 'url'));
    if ((id === undefined) === (url === undefined)) {
      throw invalidParameter('An element needs an attachment_id or a url');
    }
    if (id !== undefined && !call.world.attachments.ofPage(call.page.id, id)) {
      throw invalidParameter(`Invalid attachment_id ${id} for this Page`);
    }
    if (url !== undefined && !isFacebookUrl(url)) {
      throw invalidParameter('The url must be on Facebook');
    }
    checkButtons(getProperty(element, 'buttons'));
  }
}

/** docs/messenger-facts.md#receipt-template */
function checkReceipt(payload: JsonObject): void {
  checkTexts(payload, [
    'recipient_name',
    'order_number',
    'currency',
    'payment_method',
  ]);
  const summary = getProperty(payload, 'summary');
  const total = isObject(summary)
    ? getProperty(summary, 'total_cost')
    : undefined;
  if (toText(total) === undefined) {
    throw invalidParameter('The receipt needs a summary with a total_cost');
  }
  if (getProperty(payload, 'elements') !== undefined) {
    elementsOf(payload, MAX_RECEIPT_ELEMENTS);
  }
}

/** docs/messenger-facts.md#coupon-template */
function checkCoupon(payload: JsonObject): void {
  checkTexts(payload, ['title']);
}

/** docs/messenger-facts.md#notification-request */
function checkNotificationRequest(payload: JsonObject): void {
  checkTexts(payload, ['title', 'payload']);
  checkLength(payload, 'title', MAX_REQUEST_TITLE_LENGTH);
}

/** docs/messenger-facts.md#image-grid-template */
function checkImageGrid(payload: JsonObject): void {
  const elements = getProperty(payload, 'elements');
  const [element] = Array.isArray(elements) ? elements : [];
  if (!Array.isArray(elements) || elements.length !== 1 || !isObject(element)) {
    throw invalidParameter('The image grid template needs exactly 1 element');
  }
  const images = getProperty(element, 'images');
  if (
    !Array.isArray(images) ||
    images.length < MIN_IMAGES ||
    images.length > MAX_IMAGES
  ) {
    throw invalidParameter(
      `The image grid needs ${MIN_IMAGES} to ${MAX_IMAGES} images`,
    );
  }
  const heroes = images.filter((image) => {
    if (
      !isObject(image) ||
      !isHttpUrl(toText(getProperty(image, 'url')) ?? '')
    ) {
      throw invalidParameter('Every image of a grid needs a url');
    }
    return getProperty(image, 'is_hero_image') === true;
  });
  if (heroes.length > 1) {
    throw invalidParameter('At most one image can have is_hero_image');
  }
  checkLength(element, 'title', MAX_GRID_TITLE_LENGTH);
  checkLength(element, 'subtitle', MAX_GRID_SUBTITLE_LENGTH);
  checkButtons(getProperty(element, 'buttons'));
}

function checkLength(element: JsonObject, name: string, most: number): void {
  const text = toText(getProperty(element, name)) ?? '';
  if ([...text].length > most) {
    throw invalidParameter(`Param ${name} must be at most ${most} characters`);
  }
}

function checkTexts(payload: JsonObject, names: readonly string[]): void {
  for (const name of names) {
    if (!toText(getProperty(payload, name))) {
      throw invalidParameter(`The template needs a ${name}`);
    }
  }
}

function elementsOf(payload: JsonObject, most: number): JsonObject[] {
  const elements = getProperty(payload, 'elements');
  if (!Array.isArray(elements) || elements.length > most) {
    throw invalidParameter(`The template needs 1 to ${most} elements`);
  }
  const objects = elements.filter(isObject);
  if (objects.length === 0 || objects.length < elements.length) {
    throw invalidParameter(`The template needs 1 to ${most} elements`);
  }
  return objects;
}

function isFacebookUrl(url: string): boolean {
  return (
    isHttpUrl(url) &&
    /(^|\.)(facebook\.com|fb\.watch)$/.test(new URL(url).hostname)
  );
}
