import { readdirSync } from 'node:fs';
import path from 'node:path';

import express, { type Router } from 'express';

import type { Sessions } from './sessions';
import { pictureType } from './pictures';
import { refuse } from './guard';

/** Relative to the current folder. */
const FILES = path.join('example-bot', 'faces');

/** The part of a URL under which Messenger finds the agents' pictures. */
export const FACES_PATH = '/faces';

/** The pictures that an agent can choose from, by name. */
export const FACES: readonly string[] = readdirSync(FILES)
  .filter((file) => file.endsWith('.png'))
  .map((file) => path.basename(file, '.png'))
  .sort();

/** Serves the agents' pictures, also to Messenger, which fetches them. */
export function facesRouter(sessions: Sessions): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    });
    next();
  });
  router.get('/of/:id', (request, response) => {
    const picture = sessions.picture(request.params.id);
    const type = picture && pictureType(picture);
    if (!type) return refuse(response, 404, 'There is no such picture.');
    response.type(type).send(picture);
  });
  router.use(express.static(FILES, { index: false }));
  return router;
}
