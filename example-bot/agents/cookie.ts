import type { Request, Response } from 'express';

const NAME = 'agent';

/** The agent's session token, which no script can read, and which no other website can make a browser send. */
export function tokenOf({ headers }: Request): string | undefined {
  for (const part of (headers.cookie ?? '').split('; ')) {
    if (part.startsWith(`${NAME}=`)) return part.slice(NAME.length + 1);
  }
  return undefined;
}

/** @param path the console's, so that nothing else on this host gets it */
export function setToken(
  response: Response,
  path: string,
  token: string | null,
): void {
  response.cookie(NAME, token ?? '', {
    path,
    httpOnly: true,
    sameSite: 'strict',
    secure: response.req.secure,
    ...(token === null ? { maxAge: 0 } : {}),
  });
}
