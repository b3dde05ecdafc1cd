// A client of each package that redisStore() takes, for tests and for the processes of a fleet.
const path = require('node:path');

const PACKAGES = [
  'redis',
  'redis6',
  'ioredis4',
  'ioredis5',
  'ioredis',
  'iovalkey',
];
const RECONNECT_MS = 50;

/**
 * Opens a client as a bot does: without waiting until it is connected.
 *
 * @param name one of the packages
 * @param target { url, pool?: true }, { cluster: [{ host, port }] } or { sentinels: [{ host, port }], master }
 * @param options of the package's client
 */
function openClient(name, target, options = {}) {
  // A bundle has only what is required by a literal: the one that most processes use.
  const library = name === 'redis' ? require('redis') : require(name);
  return name.startsWith('redis')
    ? openNodeRedis(library, target, options)
    : openIoredis(library, target, options);
}

function openNodeRedis(library, target, options) {
  const socket = { reconnectStrategy: () => RECONNECT_MS };
  const create = () => {
    if (target.cluster) {
      const rootNodes = target.cluster.map((node) => ({ socket: node }));
      return library.createCluster({
        rootNodes,
        defaults: { socket },
        ...options,
      });
    }
    if (target.sentinels) {
      const sentinelRootNodes = target.sentinels;
      return library.createSentinel({
        name: target.master,
        sentinelRootNodes,
        ...options,
      });
    }
    const one = { url: target.url, socket, ...options };
    return target.pool
      ? library.createClientPool(one)
      : library.createClient(one);
  };
  const client = create();
  client.on('error', () => {});
  const connected = client.connect();
  connected.catch(() => {});
  return { client, connected, close: () => client.destroy() };
}

function openIoredis(library, target, options) {
  const retryStrategy = () => RECONNECT_MS;
  const create = () => {
    if (target.cluster) {
      const clusterRetryStrategy = retryStrategy;
      return new library.Cluster(target.cluster, {
        clusterRetryStrategy,
        ...options,
      });
    }
    if (target.sentinels) {
      const { sentinels, master } = target;
      return new library({
        sentinels,
        name: master,
        retryStrategy,
        ...options,
      });
    }
    return new library(target.url, { retryStrategy, ...options });
  };
  const client = create();
  client.on('error', () => {});
  const connected = new Promise((resolve) => client.once('ready', resolve));
  return { client, connected, close: () => client.disconnect() };
}

/** The version of the package that is installed. */
function versionOf(name) {
  const folder = path.join(__dirname, '../../node_modules', name);
  return require(path.join(folder, 'package.json')).version;
}

module.exports = { openClient, versionOf, PACKAGES };
