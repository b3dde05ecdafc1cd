// The page of a human agent: the queue, the conversations and the typing indicator.

/**
 * @typedef {{ from: 'customer' | 'agent', text: string }} Line
 * @typedef {{ psid: string, lines: Line[], seat: string | null }} Conversation
 */

/** Messenger shows the typing indicator for 20 seconds: it is renewed before that. */
const TYPING_RENEWAL_MS = 10_000;
/** After this long without a key, typing has stopped. */
const IDLE_MS = 4000;

/** Identifies this agent; another tab is another agent. */
const seat = crypto.randomUUID();

/** @type {Map<string, ReturnType<typeof makeCard>>} */
const cards = new Map();

const events = new EventSource(`events?seat=${seat}`);
events.addEventListener('message', (event) => show(JSON.parse(event.data)));
events.onerror = () => say('#queue', 'Not connected. Trying again …');

/** @param {Conversation[]} conversations */
function show(conversations) {
  const waiting = conversations.filter((each) => each.seat === null).length;
  say('#queue', waiting === 0 ? 'Nobody waits.' : `${waiting} waiting`);
  const psids = new Set(conversations.map(({ psid }) => psid));
  for (const [psid, card] of cards) {
    if (psids.has(psid)) continue;
    card.remove();
    cards.delete(psid);
  }
  for (const conversation of conversations) {
    const card = cards.get(conversation.psid) ?? makeCard(conversation.psid);
    cards.set(conversation.psid, card);
    card.show(conversation);
  }
}

/** @param {string} psid */
function makeCard(psid) {
  const template = /** @type {HTMLTemplateElement} */ (
    find(document, '#conversation')
  );
  const article = /** @type {HTMLElement} */ (
    template.content.firstElementChild?.cloneNode(true)
  );
  const form = /** @type {HTMLFormElement} */ (find(article, 'form'));
  const input = /** @type {HTMLInputElement} */ (find(form, 'input'));
  const take = find(article, '.take');
  find(article, 'h2').textContent = `Customer ${psid}`;
  find(document, '#conversations').append(article);

  const typing = makeTyping(psid);
  take.onclick = () => ask('take', { psid }).then(() => input.focus());
  find(article, '.back').onclick = () => ask('hand-back', { psid });
  input.oninput = () => typing.typed(input.value !== '');
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = input.value;
    typing.sent();
    ask('say', { psid, text }).then((isSent) => {
      if (isSent && input.value === text) input.value = '';
    });
  };

  return {
    /** @param {Conversation} conversation */
    show(conversation) {
      const isMine = conversation.seat === seat;
      form.hidden = !isMine;
      take.hidden = conversation.seat !== null;
      find(article, 'ol').replaceChildren(...conversation.lines.map(itemFor));
    },
    remove() {
      typing.sent();
      article.remove();
    },
  };
}

/** Reports when the agent begins to type, goes on, and stops. @param {string} psid */
function makeTyping(psid) {
  let saidAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let idle;
  const stop = () => {
    clearTimeout(idle);
    if (saidAt === 0) return;
    saidAt = 0;
    void ask('typing', { psid, isTyping: 'false' });
  };
  return {
    /** @param {boolean} hasText */
    typed(hasText) {
      if (!hasText) return stop();
      clearTimeout(idle);
      idle = setTimeout(stop, IDLE_MS);
      if (Date.now() - saidAt < TYPING_RENEWAL_MS) return;
      saidAt = Date.now();
      void ask('typing', { psid, isTyping: 'true' });
    },
    /** The message itself ends the indicator. */
    sent() {
      clearTimeout(idle);
      saidAt = 0;
    },
  };
}

/** @param {Line} line */
function itemFor({ from, text }) {
  const item = document.createElement('li');
  item.className = from;
  item.textContent = text;
  return item;
}

/**
 * Posts to the bot, and shows an error if that fails.
 *
 * @param {string} what
 * @param {Record<string, string>} about
 */
async function ask(what, about) {
  const answer = await fetch(what, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ seat, ...about }),
  }).catch(() => undefined);
  const isDone = answer?.ok === true;
  say(
    '#trouble',
    isDone ? '' : `That did not work (${answer?.status ?? 'no answer'}).`,
  );
  return isDone;
}

/**
 * @param {ParentNode} within
 * @param {string} selector
 */
function find(within, selector) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

/**
 * @param {string} where
 * @param {string} text
 */
function say(where, text) {
  find(document, where).textContent = text;
}
