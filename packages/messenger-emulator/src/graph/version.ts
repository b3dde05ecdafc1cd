import { unknownPath } from '../values/graphError';

/** Until when each version that can still be called is available; the newest has no end yet. */
const AVAILABLE: readonly [major: number, until: string | undefined][] = [
  [21, '2027-01-21'],
  [22, '2027-05-20'],
  [23, '2027-10-08'],
  [24, '2028-02-18'],
  [25, '2028-07-29'],
  [26, undefined],
  [27, undefined],
];
const NEWEST = 27;
const NEWEST_SINCE = Date.parse('2026-11-04');
/** An emulator that is not updated must not refuse the versions that come. */
const MIN_RELEASE_CYCLE_MS = 90 * 24 * 60 * 60 * 1000;
/** The minor versions there were; since 4.0 there are none. */
const OLD_MINORS = new Map([
  [1, 0],
  [2, 12],
  [3, 3],
]);

/** Splits `/v6.0/me/messages/` into its version prefix and the path without it. */
export function splitVersion(fullPath: string): {
  version: string;
  path: string;
} {
  const version = /^\/v\d+\.\d+(?=\/|$)/.exec(fullPath)?.[0] ?? '';
  const path = fullPath.slice(version.length).replace(/\/+$/, '');
  return { version, path: path === '' ? '/' : path };
}

/**
 * Accepts the versions that exist or have existed: docs/messenger-facts.md#graph-versions
 *
 * @param version the prefix as it was sent: `/v6.0`, or nothing
 * @throws {GraphError} for a version that has never existed.
 */
export function checkVersion(version: string, path: string, now: number): void {
  if (version === '') return;
  const [major = 0, minor = 0] = version.slice(2).split('.').map(Number);
  const released =
    NEWEST +
    Math.max(0, Math.floor((now - NEWEST_SINCE) / MIN_RELEASE_CYCLE_MS));
  const exists =
    major >= 1 && major <= released && minor <= (OLD_MINORS.get(major) ?? 0);
  if (!exists) throw unknownPath(path);
}

/**
 * The version that answers a call: an expired one, or none, is served by the
 * oldest available one. docs/messenger-facts.md#api-version-header
 */
export function servedVersion(version: string, now: number): string {
  const oldest =
    AVAILABLE.find(
      ([, until]) => until === undefined || now < Date.parse(until),
    )?.[0] ?? NEWEST;
  const major = Number(version.slice(2).split('.')[0]);
  return major >= oldest ? version.slice(1) : `v${oldest}.0`;
}

/** `v6.0, expired, served as v21.0`, or nothing for a version that has not expired. */
export function describeExpiry(
  version: string,
  now: number,
): string | undefined {
  if (version === '') return undefined;
  const served = servedVersion(version, now);
  return served === version.slice(1)
    ? undefined
    : `${version.slice(1)}, expired, served as ${served}`;
}
