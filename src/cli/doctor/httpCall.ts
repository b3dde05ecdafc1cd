import { lookup as dnsLookup } from 'node:dns';
import http, { type IncomingHttpHeaders } from 'node:http';
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
export function httpCall(
  url: URL,
  { method = 'GET', headers, body, maxBytes, isForbidden }: HttpRequest,
): Promise<HttpResponse> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // No name is looked up for an IP address.
  if (isIP(host) && isForbidden?.(host)) throw new ForbiddenAddress(host);
  return new Promise((resolve, reject) => {
    const { request: send } = url.protocol === 'https:' ? https : http;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = send(
      url,
      {
        method,
        headers: { 'user-agent': 'bottender-persona-doctor', ...headers },
        agent: false,
        signal,
        ...(isForbidden && { lookup: checkedLookup(isForbidden) }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const end = (isTruncated: boolean) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            isTruncated,
          });
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size <= maxBytes) return;
          end(true);
          request.destroy();
        });
        response.on('error', failed);
        response.on('end', () => end(false));
      },
    );
    function failed(error: Error) {
      reject(
        signal.aborted
          ? new Error(`there was no answer in ${TIMEOUT_MS / 1000} s`)
          : error,
      );
    }
    request.on('error', failed);
    request.end(body);
  });
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
