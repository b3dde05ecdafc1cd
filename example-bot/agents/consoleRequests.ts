/** What the console takes from browsers, and how it answers what it does not take. */
import type { NextFunction, Request, RequestHandler, Response } from 'express';

import { FACES } from './faces';
import { refuse } from './guard';
import { pictureType } from './pictures';
import { SignInError } from './sessions';

const MAX_NAME = 50;
const MAX_FACE_BYTES = 64 * 1024;

export type Fields = Readonly<Record<string, unknown>>;

/** An answer with an error, for the agent to read. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function bodyOf(request: Request): Fields {
  const body: unknown = request.body;
  return body instanceof Object ? { ...body } : {};
}

export function checkText(value: unknown, name: string, max: number): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new Refused(400, `The ${name} is missing.`);
  }
  if (value.length > max) {
    throw new Refused(400, `The ${name} has more than ${max} characters.`);
  }
  return value;
}

export function checkName(value: unknown): string {
  const name = checkText(value, 'name', 10 * MAX_NAME).trim();
  if ([...name].length > MAX_NAME || /\p{C}/u.test(name)) {
    throw new Refused(
      400,
      `The name must have at most ${MAX_NAME} characters, in one line.`,
    );
  }
  return name;
}

/** One of our pictures, or a picture that the browser has drawn. */
export function checkFace({ face, picture }: Fields): {
  file?: string;
  picture?: Buffer;
} {
  const ours = FACES.find((each) => each === face);
  if (ours !== undefined) return { file: `${ours}.png` };
  const bytes = Buffer.from(
    typeof picture === 'string' ? picture : '',
    'base64',
  );
  if (pictureType(bytes) !== 'image/png' || bytes.length > MAX_FACE_BYTES) {
    throw new Refused(400, 'Choose one of the pictures.');
  }
  return { picture: bytes };
}

/** Express 4 does not wait for handlers. */
export function handle(
  run: (request: Request, response: Response) => void | Promise<void>,
): RequestHandler {
  return (request, response, next) => {
    Promise.resolve()
      .then(() => run(request, response))
      .catch(next);
  };
}

export function handleError(
  error: Error & { status?: number; type?: string },
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  if (error instanceof Refused) {
    return refuse(response, error.status, error.message);
  }
  if (error instanceof SignInError) return refuse(response, 409, error.message);
  const status = error.status ?? 500;
  if (status >= 500) console.error(error.message);
  const message =
    status === 413
      ? 'This is too large.'
      : status < 500
        ? 'The request is malformed.'
        : 'The console failed. The output of the bot says why.';
  refuse(response, status, message);
}
