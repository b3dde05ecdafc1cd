import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { getProperty } from '../util/getProperty';

import { CommandError, describeBotError } from './commandErrors';

/** In order of precedence. Bottender itself reads only the first. */
const NAMES = [
  'bottender.config.js',
  'bottender.config.mjs',
  'bottender.config.cjs',
];

const CHECK_TIMEOUT_MS = 5000;

export interface ConfigFile {
  /** For messages. */
  name: string;
  /** Not validated. */
  exported: unknown;
}

/**
 * Loads the bot's config, a CommonJS or ES module, from the current folder.
 *
 * @param named the file that `--config` names
 * @throws CommandError with the place of the error in the file
 */
export async function loadConfigFile(
  named: string | undefined,
): Promise<ConfigFile> {
  const name = named ?? NAMES.find((each) => existsSync(each));
  if (name === undefined) {
    throw new CommandError(
      'There is no bottender.config.js (or .mjs, .cjs) in this folder: run this command in the folder of your Bottender app, or name the file with --config <file>.',
    );
  }
  const file = path.resolve(name);
  if (!existsSync(file))
    throw new CommandError(`--config: there is no ${name}.`);
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    return { name, exported: getProperty(module, 'default') ?? module };
  } catch (error) {
    throw new CommandError(
      `${name} could not be loaded: ${reasonOf(error, file)}`,
    );
  }
}

/** The reason and place, without the code, which may contain a token. */
function reasonOf(error: unknown, file: string): string {
  const reason = describeBotError(error);
  const place =
    placeIn(error instanceof Error ? error.stack : undefined) ??
    (error instanceof SyntaxError ? placeOfSyntaxError(file) : undefined);
  return place === undefined ? reason : `${reason} (${place})`;
}

/** The first place outside node_modules: above the message of a syntax error, and below other messages. */
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

/** Node prints the line of a syntax error in an ES module only to stderr. */
function placeOfSyntaxError(file: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: CHECK_TIMEOUT_MS,
  });
  return placeIn(stderr);
}
