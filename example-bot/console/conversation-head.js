// @ts-check
import { element, part } from './page/dom.js';
import { personaFace } from './page/faces.js';
import { duration } from './times.js';

/**
 * @typedef {import('./api.js').Summary} Summary
 * @typedef {import('./desk-state.js').DeskState} DeskState
 *
 * @typedef {{
 *   take: () => void,
 *   handBack: () => void,
 *   handOver: (agentId: string) => void,
 *   backToList: () => void,
 * }} Actions
 */

/** Who the customer is, who has the customer, and what the agent can do about that. */
export class ConversationHead {
  #root = part('head', HTMLElement);
  #take = part('take', HTMLButtonElement);
  #handBack = part('hand-back', HTMLButtonElement);
  #handOver = part('hand-over', HTMLDetailsElement);
  #colleagues = '';

  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.#take.addEventListener('click', actions.take);
    this.#handBack.addEventListener('click', actions.handBack);
    part('back-to-list', HTMLButtonElement).addEventListener(
      'click',
      actions.backToList,
    );
  }

  /** @param {DeskState} desk */
  show(desk) {
    const conversation = desk.opened;
    this.#root.hidden = conversation === undefined;
    part('nobody', HTMLElement).hidden = conversation !== undefined;
    if (!conversation) return;
    const { agentId, name } = conversation;
    const holder = desk.agent(agentId);
    const isMine = agentId === desk.me?.id;
    this.#take.hidden = isMine || holder?.isPresent === true;
    this.#take.textContent = holder
      ? `Take over from ${holder.name}`
      : 'Take over';
    this.#handBack.hidden = !isMine;
    this.#handOver.hidden = !isMine;
    const heading = part('head-name', HTMLElement);
    part('head-status', HTMLElement).textContent = statusOf(conversation, desk);
    if (heading.textContent !== name) {
      heading.textContent = name;
      heading.dir = 'auto';
      part('head-face', HTMLElement).replaceChildren(
        personaFace({ name, profile_picture_url: null }),
      );
    }
    this.#showColleagues(desk);
  }

  /** @param {DeskState} desk */
  #showColleagues(desk) {
    const colleagues = desk.agents.filter(({ id }) => id !== desk.me?.id);
    const shown = JSON.stringify(colleagues);
    if (shown === this.#colleagues) return;
    this.#colleagues = shown;
    const choices = colleagues.map(({ id, name, isPresent }) => {
      const button = element(
        'button',
        { type: 'button', class: 'pop-up-choice' },
        isPresent ? `To ${name}` : `To ${name}, who is away`,
      );
      button.addEventListener('click', () => this.actions.handOver(id));
      return button;
    });
    part('colleagues', HTMLElement).replaceChildren(
      ...(choices.length > 0
        ? choices
        : [element('p', { class: 'empty' }, 'No colleague is signed in.')]),
    );
  }
}

/**
 * @param {Summary} conversation
 * @param {DeskState} desk
 */
function statusOf({ agentId, waitingSince }, desk) {
  if (waitingSince !== null) {
    const time = duration(desk.now - waitingSince);
    return time === 'now'
      ? 'Has just asked for a human'
      : `Waiting for ${time}`;
  }
  if (agentId === null) return 'With the bot';
  if (agentId === desk.me?.id) return 'With you';
  const agent = desk.agent(agentId);
  if (!agent) return 'With a colleague';
  return `With ${agent.name}${agent.isPresent ? '' : ', who is away'}`;
}
