import { randomBytes } from 'node:crypto';
import path from 'node:path';

import express, { type Request, type Response, type Router } from 'express';

import type { Agents } from './agents';
import { desk } from './desk';

/** Relative to the current folder. */
const FILES = path.join('example-bot', 'console');

/** A console that reconnects within this time, for example by a reload, keeps its seat. */
const RECONNECT_MS = 5000;
/** The delay before the browser reconnects. */
const RETRY_MS = 1000;

/** The console can speak for the Page, so its address is a secret. */
export const CONSOLE_PATH = `/console/${randomBytes(16).toString('hex')}`;

/** Serves the page of the human agents and its API. */
export function agentsConsole(agents: Agents): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({
      'content-security-policy':
        "default-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    next();
  });
  router.get('/events', (request, response) => {
    const { seat } = request.query;
    if (typeof seat !== 'string') return void response.sendStatus(400);
    attend(seat, response, agents);
  });
  router.post('/take', express.json(), (request, response) => {
    const { psid, seat } = bodyOf(request);
    response.sendStatus(desk.take(psid, seat) ? 204 : 409);
  });
  router.post('/say', express.json(), (request, response, next) => {
    const { psid, seat, text } = bodyOf(request);
    if (!desk.isWith(psid, seat)) return void response.sendStatus(409);
    agents
      .say(psid, text)
      .then(() => {
        desk.agentSaid(psid, text);
        response.sendStatus(204);
      })
      .catch(next);
  });
  router.post('/typing', express.json(), (request, response, next) => {
    const { psid, seat, isTyping } = bodyOf(request);
    if (!desk.isWith(psid, seat)) return void response.sendStatus(409);
    agents
      .typing(psid, isTyping === 'true')
      .then(() => response.sendStatus(204))
      .catch(next);
  });
  router.post('/hand-back', express.json(), (request, response, next) => {
    const { psid, seat } = bodyOf(request);
    if (!desk.isWith(psid, seat)) return void response.sendStatus(409);
    desk.end(psid);
    agents
      .handBack({ psid })
      .then(() => response.sendStatus(204))
      .catch(next);
  });
  router.use(express.static(FILES));
  return router;
}

/** Streams the conversations to a console, whose seat is taken as long as it is connected. */
function attend(seat: string, response: Response, agents: Agents): void {
  const show = () => {
    response.write(`data: ${JSON.stringify(desk.all)}\n\n`);
  };
  clearTimeout(leaving.get(seat));
  response.set('content-type', 'text/event-stream');
  response.write(`retry: ${RETRY_MS}\n\n`);
  desk.sit(seat);
  desk.on('change', show);
  show();
  response.on('close', () => {
    desk.off('change', show);
    const leave = () => {
      leaving.delete(seat);
      for (const left of desk.leave(seat)) {
        agents.handBack(left).catch((error: Error) => {
          console.error(error.message);
        });
      }
    };
    leaving.set(seat, setTimeout(leave, RECONNECT_MS).unref());
  });
}

const leaving = new Map<string, NodeJS.Timeout>();

/** The fields of a request body; missing ones are empty. */
function bodyOf(
  request: Request,
): Record<'psid' | 'seat' | 'text' | 'isTyping', string> {
  const body = request.body as Record<string, unknown>;
  const fieldOf = (name: string) => {
    const value = body[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    psid: fieldOf('psid'),
    seat: fieldOf('seat'),
    text: fieldOf('text'),
    isTyping: fieldOf('isTyping'),
  };
}
