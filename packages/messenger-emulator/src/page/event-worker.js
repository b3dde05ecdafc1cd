// @ts-check
import { openEvents } from './event-source.js';

/**
 * A shared worker: one stream of events for all tabs of a browser, which opens
 * six connections to a host at most.
 */

/** @type {Set<MessagePort>} */
const tabs = new Set();
/** @type {(() => void)[]} ends the streams, the newest last */
let streams = [];

addEventListener('connect', (event) => {
  const [tab] = /** @type {MessageEvent} */ (event).ports;
  if (!tab) return;
  tab.onmessage = ({ data }) => {
    if (data === 'leave') return leave(tab);
    tabs.add(tab);
    restart(data.url, data.kinds);
  };
});

/**
 * A new tab needs the whole state, with which a stream begins. In the other tabs
 * it replaces what they have. The stream before is ended when this one is open, so
 * that the server sees no gap.
 *
 * @param {string} url
 * @param {string[]} kinds
 */
function restart(url, kinds) {
  const end = openEvents(url, kinds, (kind, data) => {
    if (end !== streams.at(-1)) return;
    if (kind === 'open')
      for (const older of streams.splice(0, streams.length - 1)) older();
    for (const tab of tabs) tab.postMessage([kind, data]);
  });
  streams.push(end);
}

/** @param {MessagePort} tab */
function leave(tab) {
  tabs.delete(tab);
  if (tabs.size > 0) return;
  for (const end of streams) end();
  streams = [];
}
