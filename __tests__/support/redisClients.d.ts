import type { RedisClient } from 'bottender-persona/redis';

export type RedisPackage =
  'redis' | 'redis6' | 'ioredis4' | 'ioredis5' | 'ioredis' | 'iovalkey';

export type RedisTarget =
  | { url: string; pool?: boolean }
  | { cluster: { host: string; port: number }[] }
  | { sentinels: { host: string; port: number }[]; master: string };

export interface OpenClient {
  client: RedisClient;
  connected: Promise<unknown>;
  close: () => void;
}

export const PACKAGES: RedisPackage[];
export function versionOf(name: RedisPackage): string;
export function openClient(
  name: RedisPackage,
  target: RedisTarget,
  options?: object,
): OpenClient;
