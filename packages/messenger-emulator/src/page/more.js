// @ts-check
import { LOG_IN, LOG_OUT } from './cards.js';
import { part } from './dom.js';
import { upload } from './emulator.js';
import { attempt } from './notice.js';

/**
 * @typedef {import('./cards.js').Actions} Actions
 * @typedef {(words: Record<string, unknown>) => Promise<boolean>} Speak
 */

/** The thumb: docs/messenger-facts.md */
const THUMB = 369239263222822;

/**
 * The + menu: send a file or the thumb, follow a link, opt in on a website, log
 * in and out.
 *
 * @param {Actions} actions
 * @param {Speak} speak
 */
export function startMore({ act }, speak) {
  const details = part('more', HTMLDetailsElement);

  const file = part('more-file', HTMLInputElement);
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    details.open = false;
    const { type } = chosen;
    await attempt(async () => {
      const { url } = await upload(chosen);
      await speak({ attachments: [{ type: kindOf(type), payload: { url } }] });
    });
    file.value = '';
  });

  onClick('more-thumb', () => void speak({ sticker_id: THUMB }));
  onClick('more-log-in', () => act(LOG_IN));
  onClick('more-log-out', () => act(LOG_OUT));

  const ref = part('more-ref', HTMLInputElement);
  part('more-ref-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const words = ref.value.trim();
    const by = event instanceof SubmitEvent ? event.submitter : null;
    act(entrance(by?.dataset.by ?? '', words));
    ref.value = '';
    details.open = false;
  });
}

/**
 * The action for entering a conversation from elsewhere, with a `ref`.
 *
 * @param {string} by
 * @param {string} ref
 */
function entrance(by, ref) {
  const known = ref === '' ? {} : { ref };
  switch (by) {
    case 'plugin':
      return {
        action: 'opt_in',
        optIn: { type: 'send_to_messenger', ...known },
      };
    case 'checkbox':
      return {
        action: 'opt_in',
        optIn: {
          type: 'checkbox',
          ref: ref || 'checkbox',
          user_ref: `emulated-${Date.now()}`,
        },
      };
    default:
      return { action: 'open_link', ...known };
  }
}

/**
 * @param {string} id
 * @param {() => void} onPress
 */
function onClick(id, onPress) {
  part(id, HTMLButtonElement).addEventListener('click', onPress);
}

/** @param {string} type a MIME type */
function kindOf(type) {
  const [kind = ''] = type.split('/');
  return ['image', 'audio', 'video'].includes(kind) ? kind : 'file';
}
