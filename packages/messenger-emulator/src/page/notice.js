// @ts-check
import { part } from './dom.js';
import { WebhookError } from './emulator.js';

const notice = part('notice', HTMLElement);

/**
 * Shows an error below the conversation, until something succeeds.
 *
 * @param {() => Promise<unknown>} request
 * @returns {Promise<boolean>} whether the emulator has accepted it, whatever
 *   the bot did
 */
export async function attempt(request) {
  try {
    await request();
    notice.hidden = true;
    return true;
  } catch (error) {
    // Messages that the bot did not receive are marked individually.
    notice.hidden = true;
    if (error instanceof WebhookError) return true;
    showNotice(error instanceof Error ? error.message : String(error), 'error');
    return false;
  }
}

/**
 * @param {string} text
 * @param {'error' | 'note'} kind
 */
export function showNotice(text, kind) {
  notice.textContent = text;
  notice.dataset.kind = kind;
  notice.hidden = false;
}
