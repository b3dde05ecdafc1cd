// @ts-check

// The browser gives up after an answer that is not a stream, as from a proxy; we do not.
const REOPEN_MS = 1000;

/**
 * Server-sent events, reopened for as long as they are wanted.
 *
 * @param {string} url
 * @param {string[]} kinds the names of the events
 * @param {(kind: string, data: string) => void} onEvent also gets `open` and
 *   `error`, of the connection
 * @returns {() => void} ends them
 */
export function openEvents(url, kinds, onEvent) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const open = () => {
    source = new EventSource(url);
    for (const kind of kinds) {
      source.addEventListener(kind, ({ data }) => onEvent(kind, data));
    }
    source.addEventListener('open', () => onEvent('open', ''));
    source.addEventListener('error', () => {
      onEvent('error', '');
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, REOPEN_MS);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
