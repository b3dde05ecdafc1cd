// @ts-check
import { openEvents } from './event-source.js';

/**
 * Listens to a server while the page is open. All tabs of a browser share one
 * connection, where the browser can do that.
 *
 * @param {string} address
 * @param {string[]} kinds the names of the events
 * @param {(kind: string, data: string) => void} onEvent also gets `open` and
 *   `error`, of the connection
 * @returns {() => void} ends it
 */
export function listenTo(address, kinds, onEvent) {
  const url = new URL(address, location.href).href;
  if (typeof SharedWorker === 'undefined') {
    return openEvents(url, kinds, onEvent);
  }
  const { port } = new SharedWorker(
    new URL('./event-worker.js', import.meta.url),
    { type: 'module', name: url },
  );
  port.onmessage = ({ data: [kind, data] }) => onEvent(kind, data);
  const join = () => port.postMessage({ url, kinds });
  const leave = () => port.postMessage('leave');
  join();
  // A page that the browser restores from its cache joins again.
  const comeBack = (/** @type {PageTransitionEvent} */ { persisted }) => {
    if (persisted) join();
  };
  addEventListener('pagehide', leave);
  addEventListener('pageshow', comeBack);
  return () => {
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', comeBack);
    leave();
  };
}
