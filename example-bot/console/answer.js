// @ts-check
import { newKey, post, RequestError, upload } from './api.js';
import { Composer } from './page/composer.js';
import { element, part } from './page/dom.js';
import { TypingNotifier } from './typing-notifier.js';

const MAX_PICTURE_BYTES = 5 * 1024 * 1024;

/** What the agent writes: texts, saved replies and pictures. */
export class Answer {
  form = part('answer', HTMLFormElement);
  input = part('answer-input', HTMLTextAreaElement);
  #typing = new TypingNotifier();
  #composer;
  /** The message that may or may not have arrived; sent again, it keeps its key. */
  #unsure = { psid: '', text: '', key: '' };

  /**
   * @param {() => string} psid the opened conversation
   * @param {(run: () => Promise<unknown>) => Promise<boolean>} attempt shows an error
   */
  constructor(psid, attempt) {
    this.psid = psid;
    this.attempt = attempt;
    this.#composer = new Composer(this.form, this.input, (text) =>
      attempt(() => this.#send(psid(), text)),
    );
    this.input.addEventListener('input', () =>
      this.#typing.typed(psid(), this.input.value !== ''),
    );
    const file = part('picture', HTMLInputElement);
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen) void attempt(() => this.#sendPicture(psid(), chosen));
      file.value = '';
    });
  }

  /** @param {readonly string[]} replies */
  showReplies(replies) {
    part('reply-list', HTMLElement).replaceChildren(
      ...replies.map((reply) => {
        const button = element(
          'button',
          { type: 'button', class: 'pop-up-choice' },
          reply,
        );
        button.addEventListener('click', () => this.#insert(reply));
        return button;
      }),
    );
  }

  forgetDrafts() {
    this.#composer.clear();
  }

  /**
   * @param {string} psid
   * @param {boolean} isMine whether the agent can answer
   * @param {string} name
   */
  show(psid, isMine, name) {
    const isSame = this.form.dataset.psid === psid;
    if (!isSame) this.#typing.stop();
    this.form.dataset.psid = psid;
    this.#composer.show(psid);
    this.form.hidden = !isMine;
    part('answer-label', HTMLElement).textContent = `Answer ${name}`;
    this.input.placeholder = `Answer ${name}`;
  }

  /**
   * @param {string} psid
   * @param {string} text
   */
  async #send(psid, text) {
    this.#typing.sent();
    const last = this.#unsure;
    const isRepeated = last.psid === psid && last.text === text;
    const key = isRepeated ? last.key : newKey();
    try {
      await post('message', { psid, text, key });
      this.#unsure = { psid: '', text: '', key: '' };
    } catch (error) {
      const isUnsure = error instanceof RequestError && error.status === 0;
      if (isUnsure) this.#unsure = { psid, text, key };
      throw error;
    }
  }

  /**
   * @param {string} psid
   * @param {File} file
   */
  async #sendPicture(psid, file) {
    if (file.size > MAX_PICTURE_BYTES) {
      throw new Error('The picture is too large: it may have 5 MB.');
    }
    const query = new URLSearchParams({ psid, key: newKey() });
    await upload(`picture?${query}`, file);
  }

  /** @param {string} text */
  #insert(text) {
    const { input } = this;
    input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end');
    input.dispatchEvent(new Event('input'));
    input.focus();
  }
}
