import { randomBytes } from 'node:crypto';
import {
  checkFields,
  checkId,
  checkKnown,
  checkText,
  fail,
} from '../values/checks';
import type { AddressKind, OptIn } from '../types';

/**
 * Validates an opt-in, and converts it to the fields of the webhook.
 *
 * @throws {TypeError} naming the wrong field.
 */
export function readOptIn(given: unknown): OptIn {
  const request = checkFields(given, 'optIn');
  switch (request.type) {
    case 'checkbox':
      checkKnown(request, ['type', 'ref', 'user_ref'], 'optIn.');
      return {
        ref: checkText(request.ref, 'optIn.ref'),
        user_ref: checkId(request.user_ref, 'optIn.user_ref'),
      };
    case 'send_to_messenger':
      checkKnown(request, ['type', 'ref'], 'optIn.');
      return request.ref === undefined
        ? {}
        : { ref: checkText(request.ref, 'optIn.ref') };
    case 'one_time_notif_req':
      checkKnown(request, ['type', 'payload'], 'optIn.');
      return {
        type: 'one_time_notif_req',
        payload: checkText(request.payload, 'optIn.payload'),
        one_time_notif_token: newToken(),
      };
    case 'notification_messages':
      checkKnown(request, ['type', 'payload', 'title'], 'optIn.');
      return {
        type: 'notification_messages',
        payload: checkText(request.payload, 'optIn.payload'),
        ...(request.title === undefined
          ? {}
          : { title: checkText(request.title, 'optIn.title') }),
        notification_messages_token: newToken(),
        notification_messages_timezone: 'UTC',
        user_token_status: 'NOT_REFRESHED',
      };
    default:
      return fail(
        'optIn.type',
        'checkbox, send_to_messenger, one_time_notif_req or notification_messages',
      );
  }
}

/** The address that an opt-in gives to the bot. */
export function addressOf(
  optin: OptIn,
): { kind: AddressKind; value: string } | undefined {
  const kinds = [
    'user_ref',
    'one_time_notif_token',
    'notification_messages_token',
  ] as const;
  for (const kind of kinds) {
    const value = optin[kind];
    if (value !== undefined) return { kind, value };
  }
  return undefined;
}

function newToken(): string {
  return randomBytes(16).toString('hex');
}
