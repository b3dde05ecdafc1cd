import http from 'node:http';

import { bottender } from 'bottender';
import express, {
  type NextFunction,
  type Request,
  type Response,
} from 'express';

import { Agents } from './agents';
import { agentsConsole, CONSOLE_PATH } from './agentsConsole';

const WEBHOOK = '/webhooks/messenger';

/**
 * Runs Bottender's server behind Express, as in its guide on custom servers.
 * Express answers unknown paths, which Bottender leaves unanswered.
 *
 * @see https://bottender.js.org/docs/advanced-guides-custom-server
 */
export async function startServer(port: number): Promise<http.Server> {
  const app = bottender({ dev: false });
  const handle = app.getRequestHandler();
  await app.prepare();

  const server = express();
  server.use(WEBHOOK, keepRawBody);
  server.use(WEBHOOK, express.json({ verify: rememberRawBody }));
  server.all(WEBHOOK, (request, response, next) => {
    // Bottender checks the signature of a POST only, but handles all methods except GET as events.
    if (request.method === 'GET' || request.method === 'POST') {
      handle(request, response).catch(next);
    } else {
      answer(response, 405, 'The webhook takes GET and POST.');
    }
  });
  server.use(CONSOLE_PATH, agentsConsole(await Agents.start()));
  server.use((_request, response) => {
    answer(response, 404, `The webhook is at ${WEBHOOK}.`);
  });
  server.use(handleError);

  return new Promise((resolve, reject) => {
    const listening = http.createServer(server);
    listening.once('error', reject);
    listening.listen(port, () => resolve(listening));
  });
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
