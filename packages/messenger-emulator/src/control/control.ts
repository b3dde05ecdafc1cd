import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkBoolean, checkKnown, checkText, fail } from '../values/checks';
import type { Backlog } from '../http/backlog';
import type { Intake } from '../http/intake';
import { refusedSender, refusedType } from '../http/refusedRequest';
import type { Customers } from '../world/customers';
import { MULTIPART_LIMIT, readBody, readBytes, readForm } from '../http/body';
import { blameWebhook, ControlError, notFound } from './controlError';
import { act, say, setCustomer } from './customerRoutes';
import { EventStreams } from './eventStreams';
import { useInbox } from './useInbox';
import type { Faults } from '../graph/faults';
import { GraphError } from '../values/graphError';
import type { JsonObject } from '../values/json';
import { splitQuery } from '../values/urls';
import {
  sendAttachment,
  sendPageFile,
  sendPicture,
  sendText,
} from './pageFiles';
import { readPattern } from './readPattern';
import type { Inbox } from '../world/inbox';
import type { World } from '../world/world';

const PREFIX = '/_emulator/';
/** Takes the bytes of a file as its body. */
const UPLOADS = `${PREFIX}attachments`;

/** The emulator's own API, for scripts and the chat page: `GET /` and `/_emulator/…`. */
export class ControlApi {
  readonly #events: EventStreams;

  constructor(
    private readonly world: World,
    private readonly customers: Customers,
    private readonly inbox: Inbox,
    private readonly faults: Faults,
    private readonly reset: () => void,
    backlog: Backlog,
    private readonly intake: Intake,
    closing: AbortSignal,
  ) {
    this.#events = new EventStreams(world, backlog, closing);
  }

  owns(request: IncomingMessage): boolean {
    const path = pathOf(request);
    const isChatPage =
      path === '/' &&
      request.method === 'GET' &&
      !new URLSearchParams(queryOf(request)).has('ids');
    return isChatPage || path.startsWith(PREFIX);
  }

  /** Answers every request, including malformed ones. */
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
        return this.#events.open(response);
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
          await blameWebhook(() => say(this.customers, fields)),
        );
      }
      case 'POST actions': {
        const fields = await this.#fields(request);
        return sendJson(
          response,
          200,
          await blameWebhook(() => act(this.customers, fields)),
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
      case 'POST inbox': {
        const fields = await this.#fields(request);
        return sendJson(
          response,
          200,
          await blameWebhook(() => useInbox(this.inbox, fields)),
        );
      }
      case 'POST customers':
        setCustomer(this.customers, await this.#fields(request));
        return sendJson(response, 200, { success: true });
      case 'GET customers/*': {
        const view = this.customers.view(id ?? '', readQuery(request));
        return sendJson(response, 200, view);
      }
      case 'POST webhooks': {
        const { paused, ...others } = await this.#fields(request);
        checkKnown(others, [], '');
        if (checkBoolean(paused, 'paused')) {
          this.world.webhooks.pause();
          return sendJson(response, 200, { paused: true });
        }
        const { webhooks } = this.world;
        const result = await blameWebhook(() => webhooks.resume());
        return sendJson(response, 200, { paused: false, ...result });
      }
      case 'POST clock': {
        const { advanceMs, ...others } = await this.#fields(request);
        checkKnown(others, [], '');
        this.world.clock.advance(advanceMs);
        return sendJson(response, 200, { now: this.world.clock.now() });
      }
      case 'POST faults': {
        const { pathPattern, ...fault } = await this.#fields(request);
        const id = this.faults.add(fault, readPattern(pathPattern));
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
    const isLinked = await blameWebhook(() =>
      this.customers.accounts.returnFromLogin(token, code),
    );
    sendText(
      response,
      200,
      isLinked
        ? 'You are logged in, and can close this window.\n'
        : 'You are not logged in, and can close this window.\n',
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
  return splitQuery(request.url ?? '/').path;
}

function queryOf(request: IncomingMessage): string {
  return splitQuery(request.url ?? '/').query;
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
  // Unlike a string, a buffer is not kept in the heap while it waits for a slow reader.
  response.end(Buffer.from(JSON.stringify(value)));
}
