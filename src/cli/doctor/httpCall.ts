import { lookup as dnsLookup } from 'node:dns';
import { once } from 'node:events';
import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: string | undefined;
  /** At most this many bytes of the body are read. */
  readonly maxBytes: number;
  /** Addresses that are not called. Checked when connecting, because a name may lead elsewhere by then. */
  readonly isForbidden?: ((address: string) => boolean) | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the body was longer than `maxBytes`. */
  readonly isTruncated: boolean;
}

/** The URL leads to an address that is not called. */
export class ForbiddenAddress extends Error {}

/** For the whole call. */
const TIMEOUT_MS = 10_000;

/**
 * One HTTP request, without redirects, within ten seconds.
 *
 * @throws Error whose message says what went wrong, without the URL
 * @throws ForbiddenAddress
 */
export async function httpCall(
  url: URL,
  { method = 'GET', headers, body, maxBytes, isForbidden }: HttpRequest,
): Promise<HttpResponse> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // No name is looked up for an IP address.
  if (isIP(host) && isForbidden?.(host)) throw new ForbiddenAddress(host);
  const { request: send } = url.protocol === 'https:' ? https : http;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const request = send(url, {
    method,
    headers: { 'user-agent': 'bottender-persona-doctor', ...headers },
    agent: false,
    signal,
    ...(isForbidden && { lookup: checkedLookup(isForbidden) }),
  });
  // Reading the response fails, too.
  request.on('error', () => {});
  request.end(body);
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) break;
    }
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(chunks),
      isTruncated: size > maxBytes,
    };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`there was no answer in ${TIMEOUT_MS / 1000} s`);
  } finally {
    request.destroy();
  }
}

function checkedLookup(
  isForbidden: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const forbidden = addresses.find(({ address }) => isForbidden(address));
      const [first] = addresses;
      if (forbidden || !first) {
        return callback(
          new ForbiddenAddress(forbidden?.address ?? hostname),
          [],
        );
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
