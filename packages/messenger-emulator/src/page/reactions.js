// @ts-check
import { element } from './dom.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./cards.js').Actions} Actions
 */

/** Messenger's reactions and their names. */
const EMOJI = [
  ['❤', 'Love'],
  ['😆', 'Laugh'],
  ['😮', 'Wow'],
  ['😢', 'Sad'],
  ['😠', 'Angry'],
  ['👍', 'Like'],
  ['👎', 'Dislike'],
];

/**
 * The reactions below a message and, for messages of the Page, a picker.
 *
 * @param {Entry} entry
 * @param {Actions} actions
 */
export function reactionBar({ from, mid }, { act }) {
  if (mid === undefined) return null;
  const bar = element('div', { class: 'reactions' });
  if (from === 'user') return bar;
  const picker = element(
    'details',
    { class: 'react pop-up', 'data-testid': 'react' },
    element('summary', { 'aria-label': 'React', title: 'React' }),
  );
  // The picker is built on demand, because most messages get no reaction.
  picker.addEventListener('toggle', () => picker.append(choices(mid, act)), {
    once: true,
  });
  bar.append(picker);
  return bar;
}

/**
 * @param {string} mid
 * @param {Actions['act']} act
 */
function choices(mid, act) {
  return element(
    'div',
    { class: 'react-choices' },
    ...EMOJI.map(([emoji = '', name = '']) => {
      const button = element(
        'button',
        { type: 'button', class: 'pop-up-choice', 'aria-label': name },
        emoji,
      );
      button.addEventListener('click', () =>
        act({ action: 'react', mid, emoji }),
      );
      return button;
    }),
  );
}

/**
 * Shows or removes a reaction below a message.
 *
 * @param {Element} message
 * @param {Entry} entry
 * @param {Actions} actions
 */
export function showReaction(
  message,
  { from, senderAction, reaction },
  { act },
) {
  const bar = message.querySelector('.reactions');
  const who = from === 'user' ? 'customer' : 'page';
  bar?.querySelector(`.reaction-${who}`)?.remove();
  if (!bar || !reaction || senderAction === 'unreact') return;
  const { mid, emoji } = reaction;
  const attributes = {
    class: `reaction reaction-${who}`,
    'data-testid': 'reaction',
  };
  const shown = emoji ?? '❤';
  if (from !== 'user') {
    bar.prepend(element('span', attributes, shown));
    return;
  }
  const button = element(
    'button',
    { ...attributes, type: 'button', title: 'Take it back' },
    shown,
  );
  button.addEventListener('click', () => act({ action: 'unreact', mid }));
  bar.prepend(button);
}
