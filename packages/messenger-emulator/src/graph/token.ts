import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { GraphError, invalidParameter } from '../values/graphError';
import type { EmulatorPageOptions, Settings } from '../options';
import type { Parameters } from './parameters';

/** The owner of a token: a Page, or the app itself. */
export type Caller =
  { kind: 'page'; page: EmulatorPageOptions } | { kind: 'app' };

/** `Authorization: Bearer <token>`. */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  return /^(?:Bearer|OAuth) +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/**
 * Checks `access_token` and, if sent, `appsecret_proof`:
 * docs/messenger-facts.md#access-tokens,
 * docs/messenger-facts.md#appsecret-proof
 *
 * @throws {GraphError} 190 for an unknown token, 104 or 2500 for a missing one,
 *   100 for a wrong proof.
 */
export function authenticate(
  settings: Settings,
  path: string,
  parameters: Parameters,
): Caller {
  const token = parameters.text('access_token');
  if (token === undefined) throw tokenMissing(path);
  const caller = findCaller(settings, token);
  if (!caller) {
    throw new GraphError('Invalid OAuth access token.', { code: 190 });
  }
  const proof = parameters.text('appsecret_proof');
  if (proof !== undefined && !isProof(settings, parameters, token, proof)) {
    throw invalidParameter(
      'Invalid appsecret_proof provided in the API argument',
    );
  }
  return caller;
}

export function findCaller(
  settings: Settings,
  token: string,
): Caller | undefined {
  if (token === `${settings.appId}|${settings.appSecret}`) {
    return { kind: 'app' };
  }
  const page = settings.pages.find(({ accessToken }) => accessToken === token);
  return page && { kind: 'page', page };
}

export function tokenMissing(path: string): GraphError {
  return path === '/me' || path.startsWith('/me/')
    ? new GraphError(
        'An active access token must be used to query information about the current user.',
        { code: 2500 },
      )
    : new GraphError('An access token is required to request this resource.', {
        code: 104,
      });
}

function isProof(
  settings: Settings,
  parameters: Parameters,
  token: string,
  proof: string,
): boolean {
  // MessengerClient.debugToken sends the proof of the inspected token.
  const provable = [token, parameters.text('input_token')];
  return provable.some(
    (text) =>
      text !== undefined && isEqual(proofOf(settings.appSecret, text), proof),
  );
}

function proofOf(appSecret: string, token: string): string {
  return createHmac('sha256', appSecret).update(token, 'utf8').digest('hex');
}

function isEqual(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
