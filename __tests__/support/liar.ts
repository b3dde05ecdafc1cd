import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { listenOnLoopback } from './loopback';

/** What stands between a bot and its Messenger may do this to an answer, or to the call. */
export type Lie =
  | { kind: 'nonsense'; body: string; status: number }
  | { kind: 'hang' }
  | { kind: 'refuse'; code: number; message: string };

export interface Rule {
  readonly method: string;
  readonly path: RegExp;
  readonly lie: Lie;
  /** Whether the call is carried out before the answer is lost. */
  readonly isCarriedOut: boolean;
  /** The calls that it hits, counted from 0, of those that match. */
  readonly hits: readonly boolean[];
}

/** A proxy in front of a Messenger that lies by rules, until it is told to stop. */
export interface Liar {
  readonly origin: string;
  repent(): void;
  close(): void;
}

export async function startLiar(
  origin: string,
  rules: readonly Rule[],
): Promise<Liar> {
  let isLying = true;
  const counts = rules.map(() => 0);
  const lieFor = (method: string, path: string): Rule | undefined => {
    if (!isLying) return undefined;
    for (const [index, rule] of rules.entries()) {
      if (rule.method !== method || !rule.path.test(path)) continue;
      const count = counts[index] ?? 0;
      counts[index] = count + 1;
      if (rule.hits[count]) return rule;
    }
    return undefined;
  };
  const proxy = await listenOnLoopback((request, response) => {
    void (async () => {
      const body = await text(request);
      const { method = '', url = '' } = request;
      const path = (url.split('?')[0] ?? '').replace(/^\/v[\d.]+/, '');
      const rule = lieFor(method, path);
      if (rule && !rule.isCarriedOut) return answer(response, rule.lie);
      const { 'content-type': type = '' } = request.headers;
      const forwarded = await fetch(origin + url, {
        method,
        headers: { 'content-type': type },
        ...(body && { body }),
      });
      const said = await forwarded.text();
      if (rule) return answer(response, rule.lie);
      response.writeHead(forwarded.status, {
        'content-type': 'application/json',
      });
      response.end(said);
    })().catch(() => response.destroy());
  });
  return {
    origin: proxy.origin,
    repent: () => (isLying = false),
    close: proxy.stop,
  };
}

function answer(response: ServerResponse, lie: Lie): void {
  if (lie.kind === 'hang') return;
  const type = 'application/json';
  if (lie.kind === 'nonsense') {
    response.writeHead(lie.status, { 'content-type': type }).end(lie.body);
    return;
  }
  const { code, message } = lie;
  const error = { code, message, type: 'OAuthException', fbtrace_id: 'x' };
  response
    .writeHead(400, { 'content-type': type })
    .end(JSON.stringify({ error }));
}
