import { once } from 'node:events';
import http from 'node:http';

import { bottender } from 'bottender';
import express, {
  type NextFunction,
  type Request,
  type Response,
} from 'express';

import { desk, sessions } from './agents';
import { AgentsConsole } from './agents/agentsConsole';
import { consoleRoutes } from './agents/consoleRoutes';
import { FACES_PATH, facesRouter } from './agents/faces';
import { Voices } from './agents/voices';
import { receipts } from './receipts';

const WEBHOOK = '/webhooks/messenger';

export interface ServerOptions {
  /** The bot's address, from which Messenger fetches the agents' pictures. */
  readonly publicUrl: string;
  /** Host names of the agents' console. */
  readonly hosts: readonly string[];
  /** Where the agents' console is kept over a restart. */
  readonly file: string;
}

export interface RunningServer {
  readonly consolePath: string;
  close(): Promise<void>;
}

/**
 * Runs Bottender's server behind Express, as in its guide on custom servers.
 * Express answers unknown paths, which Bottender leaves unanswered.
 *
 * @see https://bottender.js.org/docs/advanced-guides-custom-server
 */
export async function startServer(
  port: number,
  { publicUrl, hosts, file }: ServerOptions,
): Promise<RunningServer> {
  const app = bottender({ dev: false });
  const handle = app.getRequestHandler();
  await app.prepare();

  const server = express();
  server.disable('x-powered-by');
  server.use(WEBHOOK, keepRawBody);
  server.use(WEBHOOK, express.json({ verify: rememberRawBody }));
  server.use(WEBHOOK, receipts(desk));
  server.all(WEBHOOK, (request, response, next) => {
    // Bottender checks the signature of a POST only, but handles all methods except GET as events.
    if (request.method === 'GET' || request.method === 'POST') {
      handle(request, response).catch(next);
    } else {
      answer(response, 405, 'The webhook takes GET and POST.');
    }
  });
  const agentsConsole = new AgentsConsole({
    ...{ desk, sessions, publicUrl, hosts, file },
    voices: await Voices.start(),
  });
  server.use(FACES_PATH, facesRouter(sessions));
  server.use(agentsConsole.path, consoleRoutes(agentsConsole));
  server.use((_request, response) => {
    answer(response, 404, `The webhook is at ${WEBHOOK}.`);
  });
  server.use(handleError);

  const listening = http.createServer(server).listen(port);
  await once(listening, 'listening');
  return {
    consolePath: agentsConsole.path,
    async close() {
      listening.close();
      await agentsConsole.close();
      listening.closeAllConnections();
    },
  };
}

type WithRawBody = http.IncomingMessage & { rawBody?: string };

/** Bottender requires a raw body to check the signature, even of an empty request. */
function keepRawBody(
  request: WithRawBody,
  _response: Response,
  next: NextFunction,
): void {
  request.rawBody = '';
  next();
}

function rememberRawBody(
  request: WithRawBody,
  _response: http.ServerResponse,
  body: Buffer,
): void {
  request.rawBody = body.toString();
}

/** Answers errors of the body parser (malformed, too large) in Bottender's format. */
function handleError(
  error: { status?: number; type?: string },
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  const status = error.status ?? 500;
  answer(response, status, error.type ?? 'The webhook failed.');
}

function answer(response: Response, status: number, message: string): void {
  response.status(status).json({ error: { message } });
}
