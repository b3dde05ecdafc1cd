import { errorMessage } from '../commandErrors';

import { ForbiddenAddress, httpCall, type HttpResponse } from './httpCall';

export interface Picture {
  readonly bytes: number;
}

/** A picture, or why it is none. */
export type Fetched =
  | { readonly picture: Picture }
  | { readonly problem: string; readonly isPrivate?: boolean };

/** What Messenger takes: docs/messenger-facts.md#persona-profile */
export const MAX_PICTURE_BYTES = 8 * 1024 * 1024;

const MAX_REDIRECTS = 5;

/** What each format begins with. */
const FORMATS: readonly [name: string, start: RegExp][] = [
  ['JPEG', /^\xff\xd8\xff/],
  ['PNG', /^\x89PNG\r\n/],
  ['GIF', /^GIF8/],
  ['WebP', /^RIFF.{4}WEBP/s],
];
const FORMAT_LENGTH = 12;

/**
 * Fetches a picture as Meta would: without credentials, and through redirects.
 * Never rejects.
 *
 * @param isForbidden addresses that are not called, by the URL itself or by a redirect
 */
export async function fetchPicture(
  given: string,
  isForbidden?: (address: string) => boolean,
): Promise<Fetched> {
  let url = new URL(given);
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      if (!/^https?:$/.test(url.protocol)) {
        return { problem: `redirects to ${url.protocol}` };
      }
      url.username = url.password = '';
      const response = await httpCall(url, {
        maxBytes: MAX_PICTURE_BYTES,
        isForbidden,
      });
      const { location } = response.headers;
      const isRedirect = response.status >= 300 && response.status < 400;
      if (!isRedirect || location === undefined) return judge(response);
      if (!URL.canParse(location, url.href)) {
        return { problem: 'redirects to something that is no URL' };
      }
      url = new URL(location, url);
    }
    return { problem: `redirects more than ${MAX_REDIRECTS} times` };
  } catch (error) {
    if (error instanceof ForbiddenAddress) {
      return {
        problem: `leads to ${error.message}, a private address`,
        isPrivate: true,
      };
    }
    return { problem: `could not be fetched: ${errorMessage(error)}` };
  }
}

function judge({ status, headers, body, isTruncated }: HttpResponse): Fetched {
  if (status !== 200) return { problem: `answers HTTP ${status}` };
  const type = headers['content-type'] ?? 'no Content-Type';
  if (!/^image\//i.test(type)) {
    return { problem: `answers ${type.slice(0, 50)}, which is no picture` };
  }
  const start = body.toString('latin1', 0, FORMAT_LENGTH);
  if (!FORMATS.some(([, pattern]) => pattern.test(start))) {
    const names = FORMATS.map(([name]) => name).join(', ');
    return {
      problem: `says that it is ${type.slice(0, 50)}, but is none of ${names}`,
    };
  }
  if (isTruncated) return { problem: 'is larger than 8 MB' };
  return { picture: { bytes: body.length } };
}
