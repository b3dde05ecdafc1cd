import { checkKnown, checkText, fail } from '../values/checks';
import { toText, type JsonObject } from '../values/json';
import type { ActionResult, SayOptions, SayResult } from '../types';
import type { Customers } from '../world/customers';

type Act = (
  customers: Customers,
  psid: string,
  fields: JsonObject,
  options: SayOptions,
) => ActionResult | Promise<ActionResult>;

/** The fields of each action besides `psid`, `pageId` and `action`, and its implementation. */
const ACTIONS = new Map<string, { takes: string[]; act: Act }>([
  [
    'get_started',
    {
      takes: [],
      act: (customers, psid, _fields, options) =>
        customers.getStarted(psid, options),
    },
  ],
  [
    'open_link',
    {
      takes: ['ref', 'source', 'ad_id'],
      act: (customers, psid, { ref, source, ad_id }, options) =>
        customers.actions.openLink(psid, { ref, source, ad_id }, options),
    },
  ],
  [
    'opt_in',
    {
      takes: ['optIn'],
      act: (customers, psid, { optIn }, options) =>
        customers.actions.optIn(psid, optIn, options),
    },
  ],
  [
    'post',
    {
      takes: ['item'],
      act: (customers, psid, { item }, options) =>
        customers.actions.post(psid, item, options),
    },
  ],
  [
    'log_in',
    {
      takes: ['url'],
      act: (customers, psid, { url }, options) =>
        customers.accounts.logIn(psid, checkText(url, 'url'), options),
    },
  ],
  [
    'link_account',
    {
      takes: ['authorizationCode'],
      act: (customers, psid, { authorizationCode }, options) =>
        customers.accounts.link(
          psid,
          checkText(authorizationCode, 'authorizationCode'),
          options,
        ),
    },
  ],
  [
    'unlink_account',
    {
      takes: [],
      act: (customers, psid, _fields, options) =>
        customers.accounts.unlink(psid, options),
    },
  ],
  [
    'react',
    {
      takes: ['mid', 'emoji'],
      act: (customers, psid, { mid, emoji }, options) =>
        customers.actions.react(
          psid,
          checkText(mid, 'mid'),
          checkText(emoji, 'emoji'),
          options,
        ),
    },
  ],
  [
    'edit',
    {
      takes: ['mid', 'text'],
      act: (customers, psid, { mid, text }, options) =>
        customers.actions.edit(
          psid,
          checkText(mid, 'mid'),
          checkText(text, 'text'),
          options,
        ),
    },
  ],
  [
    'unreact',
    {
      takes: ['mid'],
      act: (customers, psid, { mid }, options) =>
        customers.actions.unreact(psid, checkText(mid, 'mid'), options),
    },
  ],
]);

/**
 * `POST messages`: a customer writes or, with a `payload`, presses a button.
 *
 * @throws {TypeError} naming the wrong field.
 */
export function say(
  customers: Customers,
  fields: JsonObject,
): Promise<SayResult> {
  const { psid, options } = readCustomer(fields);
  const { payload, text, attachments, sticker_id: stickerId } = fields;
  if (payload !== undefined) {
    checkKnown(fields, ['psid', 'text', 'payload', 'pageId'], '');
    return customers.press(psid, checkText(payload, 'payload'), {
      ...options,
      ...(text === undefined ? {} : { title: checkText(text, 'text') }),
    });
  }
  checkKnown(
    fields,
    ['psid', 'text', 'payload', 'pageId', 'attachments', 'sticker_id'],
    '',
  );
  if (attachments === undefined && stickerId === undefined) {
    return customers.say(psid, checkText(text, 'text'), options);
  }
  const said = {
    ...(text === undefined ? {} : { text }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(stickerId === undefined ? {} : { sticker_id: stickerId }),
  };
  return customers.say(psid, said, options);
}

/**
 * `POST actions`: a customer does something other than writing.
 *
 * @throws {TypeError} naming the wrong field.
 */
export async function act(
  customers: Customers,
  fields: JsonObject,
): Promise<ActionResult> {
  const { psid, options } = readCustomer(fields);
  const action = ACTIONS.get(toText(fields.action) ?? '');
  if (!action) return fail('action', [...ACTIONS.keys()].join(', '));
  checkKnown(fields, ['psid', 'pageId', 'action', ...action.takes], '');
  return action.act(customers, psid, fields, options);
}

/**
 * `POST customers`: sets the name and other details of a customer.
 *
 * @throws {TypeError} naming the wrong field.
 */
export function setCustomer(customers: Customers, fields: JsonObject): void {
  const { psid, options } = readCustomer(fields);
  const { psid: _psid, pageId: _pageId, ...details } = fields;
  customers.set(psid, details, options);
}

function readCustomer(fields: JsonObject): {
  psid: string;
  options: SayOptions;
} {
  const { psid, pageId } = fields;
  return {
    psid: checkText(psid, 'psid'),
    options:
      pageId === undefined ? {} : { pageId: checkText(pageId, 'pageId') },
  };
}
