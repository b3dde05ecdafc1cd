import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { getProperty } from '../util/getProperty';
import { withoutCredentials } from '../store/credentials';

import { Failure } from './failure';

/** The first that is there is taken. Bottender itself reads the first only. */
const NAMES = [
  'bottender.config.js',
  'bottender.config.mjs',
  'bottender.config.cjs',
];

/** How an access token begins, and what is too long or too odd for a word of a message. */
const LIKE_A_SECRET = /\b(?:EAA\w+|(?=\w*\d)\w{12,}|\w{32,})\b/g;

const CHECK_MS = 5000;

export interface ConfigFile {
  /** As a message calls it. */
  name: string;
  /** What it exports; nothing of it is checked. */
  exported: unknown;
}

/**
 * Loads the bot's config from the current folder, be it CommonJS or an ES module.
 *
 * @param named the file that `--config` names
 * @throws Failure saying what is missing, or where the file is wrong
 */
export async function loadConfigFile(
  named: string | undefined,
): Promise<ConfigFile> {
  const name = named ?? NAMES.find((each) => existsSync(each));
  if (name === undefined) {
    throw new Failure(
      'There is no bottender.config.js (or .mjs, .cjs) in this folder: run this in the folder of your Bottender app, or say where it is with --config <file>.',
    );
  }
  const file = path.resolve(name);
  if (!existsSync(file)) throw new Failure(`--config: there is no ${name}.`);
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    return { name, exported: getProperty(module, 'default') ?? module };
  } catch (error) {
    throw new Failure(`${name} could not be loaded: ${reasonOf(error, file)}`);
  }
}

/** What went wrong and where, and nothing of the code: there may be a token in it. */
function reasonOf(error: unknown, file: string): string {
  // After the first line Node tells which files required which.
  const [first = ''] = String(error).split('\n');
  const reason = withoutCredentials(first).replace(LIKE_A_SECRET, '[removed]');
  const place =
    placeIn(error instanceof Error ? error.stack : undefined) ??
    (error instanceof SyntaxError ? placeOfSyntaxError(file) : undefined);
  return place === undefined ? reason : `${reason} (${place})`;
}

/** The first place in code of the bot's own: before the message for a syntax error, else after it. */
function placeIn(text = ''): string | undefined {
  for (const line of text.split('\n')) {
    const [, place, number] = PLACE.exec(line) ?? [];
    if (place === undefined || /[\\/]node_modules[\\/]/.test(place)) continue;
    const local = place.startsWith('file:') ? fileURLToPath(place) : place;
    return `${path.relative('', local)}:${number}`;
  }
  return undefined;
}

const PLACE =
  /(?:^|\(|\bat )((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+)(?::\d+)?\)?$/;

/** Of an ES module that does not parse, Node tells the line to its own terminal only. */
function placeOfSyntaxError(file: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: CHECK_MS,
  });
  return placeIn(stderr);
}
