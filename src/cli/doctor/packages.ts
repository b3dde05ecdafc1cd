import { createRequire } from 'node:module';
import path from 'node:path';

import { getProperty, textOrNone } from '../../util/values';
import { packageVersion } from '../packageVersion';

import { failed, ok, type Finding } from './check';

const MIN_NODE = 20;

/** The packages that a bot is made of. */
export function checkPackages(): Finding {
  const installed: [name: string, version: string | undefined][] = [
    ['bottender-persona', packageVersion()],
    ['bottender', versionOf('bottender')],
    [
      'messaging-api-messenger',
      versionOf('messaging-api-messenger', 'bottender'),
    ],
    ['Node', process.versions.node],
  ];
  const message = installed
    .map(([name, version = '(unknown)']) => `${name} ${version}`)
    .join(', ');
  const [, bottender] = installed[1] ?? [];
  if (bottender !== undefined && !bottender.startsWith('1.')) {
    return failed(
      `${message}: bottender-persona works with Bottender 1.`,
      'Install bottender@1.',
    );
  }
  if (Number(process.versions.node.split('.')[0]) < MIN_NODE) {
    return failed(
      `${message}: bottender-persona needs Node ${MIN_NODE}.`,
      `Run the bot with Node ${MIN_NODE} or newer.`,
    );
  }
  return ok(message);
}

/** @param user the package that depends on it, where that is not ours */
function versionOf(name: string, user?: string): string | undefined {
  const ours = createRequire(__filename);
  try {
    const from = user === undefined ? ours : createRequire(ours.resolve(user));
    // Not the package's package.json, which it may not export.
    const main = from.resolve(name);
    const end =
      main.lastIndexOf(path.join('node_modules', name)) +
      path.join('node_modules', name).length;
    return versionIn(main.slice(0, end));
  } catch {
    return undefined;
  }
}

function versionIn(folder: string): string | undefined {
  const file: unknown = createRequire(__filename)(
    path.join(folder, 'package.json'),
  );
  return textOrNone(getProperty(file, 'version'));
}
