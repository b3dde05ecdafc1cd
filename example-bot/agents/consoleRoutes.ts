import path from 'node:path';

import express, {
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';

import type { AgentsConsole } from './agentsConsole';
import { answered, reasonOf } from './answered';
import {
  bodyOf,
  checkFace,
  checkName,
  checkText,
  handle,
  handleError,
  Refused,
  type Fields,
} from './consoleRequests';
import type { Entry } from './conversation';
import { setToken, tokenOf } from './cookie';
import { FACES, FACES_PATH } from './faces';
import { guard, refuse } from './guard';
import { MAX_PICTURE_BYTES } from './pictures';
import { SAVED_REPLIES } from './savedReplies';
import type { Agent } from './sessions';

/** Relative to the current folder. */
const FILES = path.join('example-bot', 'console');
/** The chat page's colours and components, which the console uses, too. */
const CHAT_PAGE = path.join('packages', 'messenger-emulator', 'src', 'page');

const MAX_TEXT = 2000;
const MAX_KEY = 100;

/** Serves the console's page, its API and its events. */
export function consoleRoutes(agentsConsole: AgentsConsole): Router {
  const { options, streams, pictures, outbox } = agentsConsole;
  const { desk, sessions, voices, publicUrl } = options;
  const router = express.Router();
  router.use(guard([...options.hosts, new URL(publicUrl).hostname]));

  router.get('/session', (request, response) => {
    const me = sessions.find(tokenOf(request)) ?? null;
    response.json({ me, faces: FACES, savedReplies: SAVED_REPLIES });
  });

  router.get('/events', (request, response) => {
    const me = agentOf(request);
    const leave = sessions.attend(me);
    if (streams.start(response, me.id, agentsConsole.stateFor(me), leave))
      return;
    leave();
    throw new Refused(429, 'Too many windows of the console are open.');
  });

  router.get('/conversations/:psid', (request, response) => {
    agentOf(request);
    const { psid } = request.params;
    const entries = desk.messages.in(psid);
    if (!entries) throw new Refused(404, 'There is no such customer.');
    response.json({ psid, entries });
  });

  router.get('/pictures/:id', (request, response) => {
    agentOf(request);
    const picture = pictures.get(request.params.id);
    if (!picture) throw new Refused(404, 'The picture is not kept any more.');
    response.type(picture.type).send(picture.bytes);
  });

  router.post(
    '/sign-in',
    express.json({ limit: '128kb' }),
    handle(async (request, response) => {
      const body = bodyOf(request);
      const name = checkName(body.name);
      const face = checkFace(body);
      const { agent, token } = sessions.signIn(
        name,
        (id) =>
          `${publicUrl}${FACES_PATH}/${face.picture ? `of/${id}` : face.file}`,
        face.picture,
      );
      let notice = '';
      try {
        const { persona } = await answered(voices.open(agent));
        if (persona.id === null) {
          notice =
            'Your persona could not be created: customers see the name of the Page.';
        }
      } catch (error) {
        sessions.signOut(agent);
        throw new Refused(
          502,
          `Messenger did not create your persona: ${reasonOf(error)}`,
        );
      }
      setToken(response, agentsConsole.path, token);
      response.json({ me: agent, notice });
    }),
  );

  /** Before a body is read. */
  const signedIn: RequestHandler = (request, _response, next) => {
    agentOf(request);
    next();
  };
  const json = express.json({ limit: '16kb' });
  /** Answers 204 once it has run, or what it throws. */
  const on = (
    name: string,
    run: (me: Agent, body: Fields, response: Response) => void | Promise<void>,
  ) => {
    router.post(
      `/${name}`,
      signedIn,
      json,
      handle(async (request, response) => {
        await run(agentOf(request), bodyOf(request), response);
        if (!response.headersSent) response.sendStatus(204);
      }),
    );
  };

  on('sign-out', (me, _body, response) => {
    sessions.signOut(me);
    setToken(response, agentsConsole.path, null);
  });

  on('take', (me, body) => {
    const psid = psidOf(body);
    const holder = sessions.agent(desk.agentOf(psid));
    // Who is away has left a customer without an answer.
    if (holder && holder.id !== me.id && sessions.isPresent(holder.id)) {
      throw new Refused(409, `${holder.name} took this customer first.`);
    }
    desk.take(psid, me);
  });

  on('message', (me, body) => {
    const psid = mine(me, body);
    const text = checkText(body.text, 'text', MAX_TEXT);
    const key = checkText(body.key, 'key', MAX_KEY);
    say(me, psid, { text, key });
  });

  router.post(
    '/picture',
    signedIn,
    express.raw({ type: 'image/*', limit: MAX_PICTURE_BYTES }),
    handle((request, response) => {
      const me = agentOf(request);
      const query = request.query as Fields;
      const psid = mine(me, query);
      const key = checkText(query.key, 'key', MAX_KEY);
      const bytes: unknown = request.body;
      const id = Buffer.isBuffer(bytes) ? pictures.add(bytes) : undefined;
      if (!id) throw new Refused(415, 'Only PNG, JPEG and GIF can be sent.');
      say(me, psid, { text: '', key, picture: `pictures/${id}` });
      response.sendStatus(204);
    }),
  );

  on('again', (me, body) => {
    const psid = mine(me, body);
    const entry = desk.messages.again(psid, Number(body.id));
    if (entry) outbox.send(me, psid, entry);
  });

  on('typing', async (me, body) => {
    const psid = mine(me, body);
    const isTyping = body.isTyping === true;
    streams.broadcast('typing', { psid, agentId: me.id, isTyping });
    await answered(voices.typing(me, psid, isTyping)).catch(() => undefined);
  });

  on('read', (me, body) => {
    desk.read(mine(me, body), Number(body.id) || 0);
  });

  on('hand-back', async (me, body) => {
    const psid = mine(me, body);
    try {
      await outbox.handBack(me, psid);
    } catch (error) {
      throw new Refused(
        502,
        `The customer could not be told, and stays with you: ${reasonOf(error)}`,
      );
    }
  });

  on('hand-over', (me, body) => {
    const psid = mine(me, body);
    const to = sessions.agent(checkText(body.to, 'to', MAX_KEY));
    if (!to) throw new Refused(409, 'This colleague has signed out.');
    desk.handOver(psid, me, to);
  });

  router.use('/page', express.static(CHAT_PAGE, { index: false }));
  router.use(express.static(FILES));
  router.use((_request, response) => refuse(response, 404, 'Not found.'));
  router.use(handleError);
  return router;

  /** Sends a message once, however often the browser posts it. */
  function say(
    me: Agent,
    psid: string,
    said: Pick<Entry, 'text' | 'picture'> & { key: string },
  ): void {
    if (desk.messages.withKey(psid, said.key)) return;
    if (outbox.isFull(psid)) {
      throw new Refused(
        429,
        'Messenger has not answered the last messages yet.',
      );
    }
    const entry = desk.messages.agentSaid(psid, { ...said, name: me.name });
    if (entry) outbox.send(me, psid, entry);
  }

  function agentOf(request: Request): Agent {
    const agent = sessions.find(tokenOf(request));
    if (!agent) throw new Refused(401, 'You are not signed in.');
    return agent;
  }

  function psidOf({ psid }: Fields): string {
    if (typeof psid === 'string' && desk.has(psid)) return psid;
    throw new Refused(404, 'There is no such customer.');
  }

  /** The customer of a request, who must be the agent's. */
  function mine(me: Agent, fields: Fields): string {
    const psid = psidOf(fields);
    const agentId = desk.agentOf(psid);
    if (agentId === me.id) return psid;
    const holder = sessions.agent(agentId);
    throw new Refused(
      409,
      holder
        ? `${holder.name} has this customer.`
        : 'The bot has this customer.',
    );
  }
}
