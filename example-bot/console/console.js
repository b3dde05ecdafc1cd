// @ts-check
import { Answer } from './answer.js';
import { get, post, RequestError } from './api.js';
import { ConversationHead } from './conversation-head.js';
import { ConversationLog } from './conversation-log.js';
import { CustomerList } from './customer-list.js';
import { DeskState, KINDS } from './desk-state.js';
import { part } from './page/dom.js';
import { listenTo } from './page/events.js';
import { personaFace } from './page/faces.js';
import { startPopUps } from './page/pop-ups.js';
import { EndFollower } from './page/scrolling.js';
import { SignIn } from './sign-in.js';

// Waiting times are in minutes.
const CLOCK_MS = 15_000;

const connection = part('connection', HTMLElement);
const notice = part('notice', HTMLElement);
const logElement = part('log', HTMLElement);

const desk = new DeskState();
const signIn = new SignIn((text) => {
  showNotice(text);
  void start('');
});
const list = new CustomerList(part('customers', HTMLElement), open);
const end = new EndFollower(
  part('scroller', HTMLElement),
  part('newer', HTMLButtonElement),
);
const log = new ConversationLog(logElement, (id) =>
  attempt(() => post('again', { psid: desk.psid, id })),
);
const answer = new Answer(() => desk.psid, attempt);
const head = new ConversationHead({
  take: () =>
    void attempt(() => post('take', { psid: desk.psid })).then((isDone) => {
      if (isDone) focusAnswer = true;
      draw();
    }),
  handBack: () => letGo('hand-back', {}),
  handOver: (to) => letGo('hand-over', { to }),
  backToList: () => {
    document.body.dataset.view = 'list';
    list.focus(desk.psid);
  },
});
/** Whether the agent goes on in the answer, once it is there. */
let focusAnswer = false;
/** The newest entries that are reported as seen, by PSID. */
const seen = new Map();
/** Ends the events. */
let stop = () => {};

/**
 * Shows the desk of the agent who is signed in, or asks to sign in.
 *
 * @param {string} reason why the agent has to sign in
 */
async function start(reason) {
  stop();
  stop = () => {};
  try {
    const { me, faces, savedReplies } = await get('session');
    showMe(me);
    if (me === null) return signIn.show(faces, reason);
    answer.showReplies(savedReplies);
    stop = listenTo('events', KINDS, onEvent);
  } catch {
    showConnection(false);
    setTimeout(() => void start(reason), 1000);
  }
}

/**
 * Gives the customer to somebody else. The button is gone then, so the keyboard
 * goes on in the conversation.
 *
 * @param {string} path
 * @param {object} body
 */
async function letGo(path, body) {
  const { psid } = desk;
  if (await attempt(() => post(path, { ...body, psid }))) {
    part('conversation', HTMLElement).focus();
  }
}

/** @param {import('./api.js').Agent | null} me */
function showMe(me) {
  part('sign-in', HTMLElement).hidden = me !== null;
  part('desk', HTMLElement).hidden = me === null;
  part('me', HTMLElement).hidden = me === null;
  connection.hidden = me === null;
  if (me === null) {
    document.title = "Agents' console";
    return;
  }
  const { name, pictureUrl } = me;
  part('my-name', HTMLElement).textContent = name;
  part('my-face', HTMLElement).replaceChildren(
    personaFace({ name, profile_picture_url: pictureUrl }),
  );
}

/**
 * @param {string} kind
 * @param {string} data
 */
function onEvent(kind, data) {
  if (kind === 'open') return showConnection(true);
  if (kind === 'error') {
    showConnection(false);
    return void checkSession();
  }
  if (kind === 'signed-out') {
    return void start('You are signed out.');
  }
  desk.apply(kind, JSON.parse(data));
  if (kind === 'state') {
    const psid = desk.psid || psidInAddress();
    if (desk.conversations.has(psid)) open(psid, false);
    else desk.close();
  }
  draw();
}

/** The customer who was opened before the page was loaded again. */
function psidInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

/** Without a session, there are no events either. */
async function checkSession() {
  const session = await get('session').catch(() => undefined);
  if (session && session.me === null) await start('You are signed out.');
}

/** @param {boolean} isLive */
function showConnection(isLive) {
  connection.textContent = isLive ? 'Live' : 'Reconnecting…';
  connection.dataset.live = String(isLive);
}

/**
 * @param {string} psid
 * @param {boolean} [isChosen] by the agent
 */
function open(psid, isChosen = true) {
  if (isChosen) {
    document.body.dataset.view = 'conversation';
    end.goToEnd();
    showNotice('');
    focusAnswer = desk.conversations.get(psid)?.agentId === desk.me?.id;
  }
  history.replaceState(null, '', `#${encodeURIComponent(psid)}`);
  void attempt(() => desk.open(psid)).then(draw);
  draw();
}

// Draws once per frame, even if many events arrive.
let drawing = 0;
function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    end.follow(show());
  });
}

/** @returns {boolean} whether messages came */
function show() {
  if (desk.me === null) return false;
  const { opened, entries, psid } = desk;
  const waiting = desk.waiting.length;
  const unread = desk.mine.reduce((sum, one) => sum + one.unread, 0);
  part('queue', HTMLElement).textContent =
    waiting === 0 ? 'No one is waiting.' : `${waiting} waiting`;
  document.title = [
    waiting > 0 ? `${waiting} waiting` : '',
    unread > 0 ? `${unread} unread` : '',
    "Agents' console",
  ]
    .filter(Boolean)
    .join(' · ');
  list.show(desk);
  head.show(desk);
  const isMine = opened !== undefined && opened.agentId === desk.me.id;
  answer.show(psid, isMine, opened?.name ?? '');
  const typing = desk.typing.get(psid);
  part('typing', HTMLElement).textContent = typing
    ? `${typing} is typing…`
    : '';
  if (isMine && focusAnswer) {
    focusAnswer = false;
    answer.input.focus();
  }
  if (!opened || !entries) return false;
  const isNewer = log.show(opened, entries, pictureOf);
  if (isMine) reportSeen(psid, entries.at(-1)?.id ?? 0);
  return isNewer;
}

/** @param {string | null} name */
function pictureOf(name) {
  return desk.agents.find((agent) => agent.name === name)?.pictureUrl ?? null;
}

/**
 * @param {string} psid
 * @param {number} id the newest entry
 */
function reportSeen(psid, id) {
  const isSeen = !document.hidden && logElement.checkVisibility();
  if (!isSeen || desk.opened?.unread === 0 || seen.get(psid) === id) return;
  seen.set(psid, id);
  post('read', { psid, id }).catch(() => seen.delete(psid));
}

/**
 * Shows why something failed, until something succeeds.
 *
 * @param {() => Promise<unknown>} run
 * @returns {Promise<boolean>} whether it succeeded
 */
async function attempt(run) {
  try {
    await run();
    showNotice('');
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) {
      void start('You are signed out.');
    }
    showNotice(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** @param {string} text */
function showNotice(text) {
  notice.textContent = text;
  notice.hidden = text === '';
}

part('sign-out', HTMLButtonElement).addEventListener('click', () => {
  void attempt(() => post('sign-out')).then((isDone) => {
    if (isDone) answer.forgetDrafts();
  });
});
part('skip', HTMLAnchorElement).addEventListener('click', (event) => {
  // The address names the customer.
  event.preventDefault();
  document.body.dataset.view = 'conversation';
  part('conversation', HTMLElement).focus();
});
document.addEventListener('visibilitychange', () => {
  draw();
  if (!document.hidden && !isSignedIn()) void checkSignIn();
});

/** The agent may have signed in on another tab. */
async function checkSignIn() {
  const session = await get('session').catch(() => undefined);
  if (session?.me && !isSignedIn()) await start('');
}

function isSignedIn() {
  return part('sign-in', HTMLElement).hidden;
}
setInterval(draw, CLOCK_MS);
startPopUps();
void start('');
