import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { getProperty } from '../util/values';
import { withTimeout } from '../util/withTimeout';

import { CommandError, describeBotError } from './commandErrors';

/** In order of precedence. Bottender itself reads only the first one. */
const NAMES = [
  'bottender.config.js',
  'bottender.config.mjs',
  'bottender.config.cjs',
];

/** A config may await something. */
const LOAD_TIMEOUT_MS = 10_000;
const CHECK_TIMEOUT_MS = 5000;

export interface ConfigFile {
  /** The file's name, for messages. */
  name: string;
  /** The module's export, not validated. */
  exported: unknown;
}

/**
 * Loads the bot's config, a CommonJS or ES module, from the current folder.
 *
 * @param named the file that `--config` names
 * @throws CommandError with the location of the error in the file
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
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new CommandError(`--config: there is no file "${name}".`);
  }
  let exported: unknown;
  try {
    const module: unknown = await withTimeout(
      import(pathToFileURL(file).href),
      LOAD_TIMEOUT_MS,
      undefined,
    );
    exported = getProperty(module, 'default') ?? module;
  } catch (error) {
    throw new CommandError(
      `${name} could not be loaded: ${reasonOf(error, file)}`,
    );
  }
  if (exported === undefined) {
    throw new CommandError(
      `${name} could not be loaded: it did not finish in ${LOAD_TIMEOUT_MS / 1000} s. What does it await?`,
    );
  }
  if (exported instanceof Promise || typeof exported === 'function') {
    const kind = exported instanceof Promise ? 'promise' : 'function';
    throw new CommandError(
      `${name} exports a ${kind}. Bottender needs the object itself: export that.`,
    );
  }
  return { name, exported };
}

/** The reason and location, without the source line, which may contain a token. */
function reasonOf(error: unknown, file: string): string {
  const reason = describeBotError(error);
  const location =
    locationIn(error instanceof Error ? error.stack : undefined) ??
    (error instanceof SyntaxError ? syntaxErrorLocation(file) : undefined);
  return location === undefined ? reason : `${reason} (${location})`;
}

/** The first location outside node_modules. Syntax errors have it above their message, other errors below. */
function locationIn(text = ''): string | undefined {
  for (const line of text.split('\n')) {
    const [, source, number] = LOCATION.exec(line) ?? [];
    if (source === undefined || /[\\/]node_modules[\\/]/.test(source)) continue;
    const local = source.startsWith('file:') ? fileURLToPath(source) : source;
    return `${path.relative('', local)}:${number}`;
  }
  return undefined;
}

const LOCATION =
  /(?:^|\(|\bat )((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+)(?::\d+)?\)?$/;

/** For ES modules, Node prints the location of a syntax error to stderr only. */
function syntaxErrorLocation(file: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: CHECK_TIMEOUT_MS,
  });
  return locationIn(stderr);
}
