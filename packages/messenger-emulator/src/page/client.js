// @ts-check
import { Composer } from './composer.js';
import { ConversationLog } from './conversation.js';
import { CustomerViews } from './customer-view.js';
import { Choice, showChoices } from './customers.js';
import { part, webUrl } from './dom.js';
import { act, listen, putCustomer, say } from './emulator.js';
import { pageFace } from './faces.js';
import { Inbox } from './inbox.js';
import { isSaid } from './message.js';
import { Menu } from './menu.js';
import { startMore } from './more.js';
import { attempt, showNotice } from './notice.js';
import { PersonaList } from './personas.js';
import { startPopUps } from './pop-ups.js';
import { QuickReplies } from './quick-replies.js';
import { RequestList } from './requests.js';
import { EndFollower } from './scrolling.js';
import { TypingArea } from './typing.js';
import { Unread } from './unread.js';
import { startViews } from './views.js';
import { Welcome } from './welcome.js';
import { newCustomer, World } from './world.js';

const pageSelect = part('page-select', HTMLSelectElement);
const customerSelect = part('customer-select', HTMLSelectElement);
const personasRefused = part('personas-refused', HTMLInputElement);
const input = part('composer-input', HTMLTextAreaElement);
const send = part('composer-send', HTMLButtonElement);
const welcomeArea = part('welcome', HTMLElement);
const connection = part('connection', HTMLElement);
const elsewhere = part('elsewhere', HTMLButtonElement);

const world = new World();
const choice = new Choice(world);
const unread = new Unread();
/** @type {string | null} the message that the composer changes */
let editing = null;
/** @type {import('./cards.js').Actions} */
const actions = {
  press({ title, payload }) {
    void speak({ text: title, payload });
  },
  edit(message) {
    editing = message.mid;
    input.value = message.text;
    input.focus();
    showNotice('Change the text and send it. Escape cancels.', 'note');
  },
  act(action) {
    const { page, psid } = choice;
    choice.chooseCustomer(psid);
    void attempt(async () => {
      const { status, url } = await act({ psid, pageId: page.id, ...action });
      if (status >= 400) {
        throw new Error(
          `The bot's webhook answered ${status}; the bot's own output says why`,
        );
      }
      const loginPage = webUrl(url);
      if (loginPage) window.open(loginPage, '_blank', 'noopener,noreferrer');
    }).then((isDone) => {
      if (isDone && action.action === 'open_link') explainLink();
    });
  },
};
const views = new CustomerViews(draw);
const welcome = new Welcome(welcomeArea, actions);
const menu = new Menu(
  part('menu', HTMLDetailsElement),
  part('menu-entries', HTMLElement),
  actions,
);
const log = new ConversationLog(part('log', HTMLElement), actions);
const typing = new TypingArea(part('typing', HTMLElement));
const quickReplies = new QuickReplies(
  part('quick-replies', HTMLElement),
  actions,
);
const inbox = new Inbox(() => choice.customer);
const personas = new PersonaList({
  ...listParts('personas'),
  filter: part('personas-filter', HTMLInputElement),
});
const requests = new RequestList({
  ...listParts('requests'),
  filter: part('requests-filter', HTMLInputElement),
});

/** @param {string} id */
function listParts(id) {
  return {
    root: part(id, HTMLElement),
    count: part(`${id}-count`, HTMLElement),
    empty: part(`${id}-empty`, HTMLElement),
  };
}

startViews(part('views', HTMLElement));
const end = new EndFollower(
  part('scroller', HTMLElement),
  part('newer', HTMLButtonElement),
);

// Draws once per frame, even if many events arrive.
let drawing = 0;
function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    end.follow(show());
  });
}

/**
 * Each part updates only what has changed.
 *
 * @returns {boolean} whether messages came
 */
function show() {
  const { page, customer } = choice;
  unread.clear(customer);
  const listed = world.customersOf(page.id);
  const customers = listed.includes(customer) ? listed : [customer, ...listed];

  showChoices(
    pageSelect,
    world.pages.map(({ id, name }) => ({ value: id, label: name })),
    page.id,
  );
  showChoices(
    customerSelect,
    customers.map((one) => ({
      value: one.psid,
      label:
        unread.of(one) > 0 ? `${one.name} (${unread.of(one)} new)` : one.name,
    })),
    customer.psid,
  );
  const answered = customers.find((one) => unread.of(one) > 0);
  elsewhere.hidden = answered === undefined;
  elsewhere.dataset.psid = answered?.psid ?? '';
  elsewhere.textContent = answered
    ? `${unread.of(answered)} new for ${answered.name}`
    : '';
  personasRefused.checked = customer.european;
  inbox.show();
  composer.show(page.id && `${page.id} ${customer.psid}`);
  const view = views.of(customer);
  menu.show(view);
  const isDisabled = view?.composerDisabled ?? false;
  input.disabled = isDisabled;
  send.disabled = isDisabled;
  input.placeholder = isDisabled
    ? `${page.name} answers to its menu alone`
    : `Message ${page.name}`;
  part('composer-label', HTMLElement).textContent =
    `Message as ${customer.name}`;
  showPage(page);

  welcomeArea.hidden = customer.entries.some(isSaid);
  welcome.show(
    view,
    `What ${customer.name} writes here reaches the bot's webhook, signed as Messenger signs it. The bot answers through the Graph API.`,
  );
  const isNewer = log.show(
    `${page.id} ${customer.psid}`,
    customer.entries,
    page,
  );
  typing.show(customer.entries, page);
  const pressing = quickReplies.root.contains(document.activeElement);
  quickReplies.show(customer.entries);
  if (pressing && !quickReplies.root.contains(document.activeElement))
    input.focus();

  personas.show(
    [...world.personas.values()].filter(({ pageId }) => pageId === page.id),
  );
  requests.show(world.requests, world.personas);
  return isNewer;
}

/** @param {import('./world.js').Page} page */
function showPage(page) {
  const face = part('page-face', HTMLElement);
  if (face.dataset.name === page.name) return;
  face.dataset.name = page.name;
  face.replaceChildren(pageFace(page.name));
}

/**
 * @param {Record<string, unknown>} words
 * @returns {Promise<boolean>} whether the emulator has accepted it
 */
function speak(words) {
  const { page, psid } = choice;
  choice.chooseCustomer(psid);
  end.goToEnd();
  return attempt(() => say({ psid, pageId: page.id, ...words }));
}

/** In a new conversation, the referral is sent with the first button. */
function explainLink() {
  if (choice.customer.entries.length > 0) return;
  showNotice(
    'The bot learns of the link with the first button pressed.',
    'note',
  );
}

startPopUps();
startMore(actions, speak);
const composer = new Composer(
  part('composer', HTMLFormElement),
  input,
  (text) => {
    const mid = editing;
    editing = null;
    if (mid === null) return speak({ text });
    const { page, psid } = choice;
    return attempt(() =>
      act({ psid, pageId: page.id, action: 'edit', mid, text }),
    );
  },
);
// Typing chooses the customer, so that another customer's message does not switch to them.
input.addEventListener('input', () => choice.chooseCustomer(choice.psid));
input.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape' || editing === null) return;
  editing = null;
  input.value = '';
  void attempt(() => Promise.resolve());
});
input.focus();

pageSelect.addEventListener('change', () => {
  editing = null;
  choice.choosePage(pageSelect.value);
  end.goToEnd();
  draw();
});

customerSelect.addEventListener('change', () =>
  showCustomer(customerSelect.value),
);
elsewhere.addEventListener('click', () => {
  showCustomer(elsewhere.dataset.psid ?? '');
  input.focus();
});

/** @param {string} psid */
function showCustomer(psid) {
  editing = null;
  choice.chooseCustomer(psid);
  end.goToEnd();
  draw();
}

part('new-customer', HTMLButtonElement).addEventListener('click', () => {
  changeCustomer(newCustomer(choice.page.id, choice.freePsid));
  input.focus();
});

personasRefused.addEventListener('change', () => {
  const { pageId, psid, name } = choice.customer;
  const european = personasRefused.checked;
  changeCustomer({ pageId, psid, name, european });
});

/** @param {import('./world.js').Customer} customer */
function changeCustomer(customer) {
  choice.chooseCustomer(customer.psid);
  world.putCustomer(customer);
  draw();
  void attempt(() => putCustomer(customer));
}

part('requests-clear', HTMLButtonElement).addEventListener('click', () => {
  world.clearRequests();
  draw();
});

listen({
  state(state) {
    world.replace(state);
    unread.keepOnly(world.conversations);
    views.invalidate();
    draw();
  },
  entry(event) {
    world.addEntry(event);
    unread.add(event);
    draw();
  },
  undelivered(event) {
    world.markUndelivered(event);
    log.markUndelivered(event.mid, event.reason);
    end.follow();
  },
  profile() {
    views.invalidate();
    draw();
  },
  conversation({ conversation }) {
    world.putCustomer(conversation);
    draw();
  },
  persona({ persona }) {
    world.putPersona(persona);
    draw();
  },
  request({ request }) {
    world.addRequest(request);
    draw();
  },
  connected(live) {
    connection.textContent = live ? 'Live' : 'Reconnecting…';
    connection.dataset.live = String(live);
  },
});
