import type { IncomingMessage, ServerResponse } from 'node:http';
import { RE2JS } from 're2js';
import { checkKnown, checkText, fail } from '../values/checks';
import type { Backlog } from '../http/backlog';
import type { Intake } from '../http/intake';
import { refusedSender, refusedType } from '../http/sender';
import type { Customers } from '../world/customers';
import { MULTIPART_LIMIT, readBody, readBytes, readForm } from '../http/body';
import { advance } from './advance';
import { act, say, setCustomer } from './customerRoutes';
import { streamEvents } from './events';
import type { Faults } from '../graph/faults';
import { GraphError } from '../values/graphError';
import type { JsonObject } from '../values/json';
import {
  sendAttachment,
  sendPageFile,
  sendPicture,
  sendText,
} from './pageFiles';
import type { InboxResult } from '../types';
import type { Inbox } from '../world/inbox';
import { UndeliveredError } from '../world/undelivered';
import type { World } from '../world/world';

const PREFIX = '/_emulator/';
const LONGEST_PATTERN = 200;
/** Where files are sent as they are. */
const UPLOADS = `${PREFIX}attachments`;

/** A refusal of the emulator's own API. */
class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What was said nevertheless. */
    readonly mid?: string,
  ) {
    super(message);
  }
}

/** The emulator's own API, for scripts and the chat page: `GET /` and `/_emulator/…`. */
export class ControlApi {
  constructor(
    private readonly world: World,
    private readonly customers: Customers,
    private readonly inbox: Inbox,
    private readonly faults: Faults,
    private readonly reset: () => void,
    private readonly backlog: Backlog,
    private readonly intake: Intake,
    private readonly closing: AbortSignal,
  ) {}

  owns(request: IncomingMessage): boolean {
    const path = pathOf(request);
    return (
      path.startsWith(PREFIX) || (path === '/' && request.method === 'GET')
    );
  }

  /** Answers a request; malformed ones too. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const { allowHosts } = this.world.settings;
      const refused =
        refusedSender(request, allowHosts) ?? refusedType(request, UPLOADS);
      if (refused) throw new ControlError(refused.status, refused.message);
      await this.#route(request, response);
    } catch (error) {
      const status =
        error instanceof ControlError || error instanceof GraphError
          ? error.status
          : error instanceof TypeError
            ? 400
            : 500;
      const message = error instanceof Error ? error.message : String(error);
      const mid = error instanceof ControlError ? error.mid : undefined;
      if (!response.headersSent)
        sendJson(response, status, { error: { message }, mid });
    }
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = pathOf(request);
    const [name = '', id, ...rest] =
      path === '/'
        ? ['page', 'index.html']
        : path.slice(PREFIX.length).split('/');
    const endpoint = `${request.method} ${name}${id === undefined ? '' : '/*'}`;
    if (rest.length > 0) throw notFound();
    switch (endpoint) {
      case 'GET page/*':
        return sendPageFile(response, id ?? '');
      case 'GET pictures/*':
        return sendPicture(response, this.world, id ?? '');
      case 'GET attachments/*':
        return sendAttachment(response, this.world, id ?? '');
      case 'GET state':
        return sendJson(response, 200, this.world.state());
      case 'DELETE state':
        this.reset();
        return sendJson(response, 200, { success: true });
      case 'GET events':
        return streamEvents(response, this.world, this.backlog, this.closing);
      case 'GET requests/*': {
        const detail = this.world.requests.detail(id ?? '');
        if (!detail) throw notFound();
        return sendJson(response, 200, detail);
      }
      case 'POST messages': {
        const fields = await this.#fields(request);
        return sendJson(
          response,
          200,
          await asTheBots(() => say(this.customers, fields)),
        );
      }
      case 'POST actions': {
        const fields = await this.#fields(request);
        return sendJson(
          response,
          200,
          await asTheBots(() => act(this.customers, fields)),
        );
      }
      case 'GET account_linking':
        return this.#endLogin(request, response);
      case 'POST attachments': {
        const content = await readBytes(request, this.intake, MULTIPART_LIMIT);
        if (content.length === 0) fail('the body', 'the bytes of a file');
        const url = this.world.attachments.upload(content);
        return sendJson(response, 200, { url });
      }
      case 'POST inbox':
        return this.#useInbox(await this.#fields(request), response);
      case 'POST customers':
        setCustomer(this.customers, await this.#fields(request));
        return sendJson(response, 200, { success: true });
      case 'GET customers/*': {
        const view = this.customers.view(id ?? '', readQuery(request));
        return sendJson(response, 200, view);
      }
      case 'POST clock': {
        const { advanceMs, ...others } = await this.#fields(request);
        checkKnown(others, [], '');
        advance(this.world.clock, advanceMs);
        return sendJson(response, 200, { now: this.world.clock.now() });
      }
      case 'POST faults': {
        const { pathPattern, ...fault } = await this.#fields(request);
        const pattern = readPattern(pathPattern);
        const id = this.faults.add(fault, pattern);
        return sendJson(response, 200, { id });
      }
      case 'DELETE faults':
        this.faults.removeAll();
        return sendJson(response, 200, { success: true });
      case 'DELETE faults/*':
        this.faults.remove(id ?? '');
        return sendJson(response, 200, { success: true });
      default:
        throw notFound();
    }
  }

  async #fields(request: IncomingMessage): Promise<JsonObject> {
    return (await readBody(request, this.intake)).fields;
  }

  /** A bot's login page has sent the customer's browser back. */
  async #endLogin(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const query = new URLSearchParams(queryOf(request));
    const token = query.get('account_linking_token') ?? '';
    const code = query.get('authorization_code') ?? '';
    const isLinked = await asTheBots(() =>
      this.customers.returnFromLogin(token, code),
    );
    sendText(
      response,
      200,
      isLinked
        ? 'You are logged in, and can close this window.\n'
        : 'You are not logged in, and can close this window.\n',
    );
  }

  async #useInbox(fields: JsonObject, response: ServerResponse): Promise<void> {
    checkKnown(fields, ['psid', 'pageId', 'action', 'text', 'metadata'], '');
    const psid = checkText(fields.psid, 'psid');
    const { pageId, metadata } = fields;
    const options = {
      ...(pageId === undefined ? {} : { pageId: checkText(pageId, 'pageId') }),
      ...(metadata === undefined
        ? {}
        : { metadata: checkText(metadata, 'metadata') }),
    };
    sendJson(
      response,
      200,
      await asTheBots<InboxResult | { mid: string }>(() => {
        switch (fields.action) {
          case 'take':
            return this.inbox.take(psid, options);
          case 'pass':
            return this.inbox.pass(psid, options);
          case 'request':
            return this.inbox.request(psid, options);
          case 'answer': {
            const text = checkText(fields.text, 'text');
            return this.inbox.answer(psid, text, options);
          }
          default:
            return fail('action', 'take, answer, pass or request');
        }
      }),
    );
  }
}

/** What is not the sender's mistake lies with the bot. */
async function asTheBots<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    const mid = error instanceof UndeliveredError ? error.mid : undefined;
    throw new ControlError(502, error.message, mid);
  }
}

/** RE2's expressions take time in proportion to the path: none runs for ever. */
function readPattern(pathPattern: unknown): RE2JS | undefined {
  if (pathPattern === undefined) return undefined;
  const source = checkText(pathPattern, 'pathPattern');
  if (source.length > LONGEST_PATTERN) {
    fail('pathPattern', `at most ${LONGEST_PATTERN} characters`);
  }
  try {
    return RE2JS.compile(source);
  } catch {
    return fail(
      'pathPattern',
      'a regular expression without look-around and back-references',
    );
  }
}

/** Checked where it is used. */
function readQuery(request: IncomingMessage): { pageId?: string } {
  const { pageId, ...others } = readForm(queryOf(request));
  checkKnown(others, [], '');
  return pageId === undefined ? {} : { pageId: checkText(pageId, 'pageId') };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function queryOf(request: IncomingMessage): string {
  return (request.url ?? '').slice(pathOf(request).length + 1);
}

function notFound(): ControlError {
  return new ControlError(404, 'There is nothing here');
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=UTF-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(value));
}
