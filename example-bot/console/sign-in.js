// @ts-check
import { post } from './api.js';
import { element, part } from './page/dom.js';
import { hueOf, initials, personaFace } from './page/faces.js';

const SIZE = 192;

/** The form with a name and a picture. */
export class SignIn {
  #form = part('sign-in-form', HTMLFormElement);
  #name = part('sign-in-name', HTMLInputElement);
  #notice = part('sign-in-notice', HTMLElement);
  #own = element('span');

  /** @param {(notice: string) => void} onSignedIn with what the agent should know */
  constructor(onSignedIn) {
    this.#name.addEventListener('input', () => this.#showInitials());
    this.#form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const name = this.#name.value.trim();
      const face = new FormData(this.#form).get('face');
      const picture = face === 'initials' ? initialsPicture(name) : undefined;
      try {
        const { notice } = await post('sign-in', { name, face, picture });
        this.#say('');
        onSignedIn(notice);
      } catch (error) {
        this.#say(error instanceof Error ? error.message : String(error));
      }
    });
  }

  /**
   * @param {string[]} faces the pictures to choose from
   * @param {string} notice why the agent has to sign in, if that needs a reason
   */
  show(faces, notice) {
    const choices = faces.map((face) =>
      choice(
        face,
        personaFace({
          name: face,
          profile_picture_url: new URL(`/faces/${face}.png`, location.href)
            .href,
        }),
      ),
    );
    this.#showInitials();
    part('sign-in-faces', HTMLElement).replaceChildren(
      choice('initials', this.#own),
      ...choices,
    );
    this.#form.querySelector('input[name=face]')?.setAttribute('checked', '');
    this.#say(notice);
    this.#name.focus();
  }

  #showInitials() {
    const name = this.#name.value.trim() || 'Your initials';
    this.#own.replaceChildren(personaFace({ name, profile_picture_url: null }));
  }

  /** @param {string} text */
  #say(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = text === '';
  }
}

/**
 * @param {string} value
 * @param {HTMLElement} face
 */
function choice(value, face) {
  return element(
    'label',
    { title: value },
    element('input', {
      type: 'radio',
      name: 'face',
      value,
      'aria-label': value === 'initials' ? 'Your initials' : value,
    }),
    face,
  );
}

/**
 * Draws initials as a picture that Messenger can show.
 *
 * @param {string} name
 * @returns {string} a PNG in base64
 */
function initialsPicture(name) {
  const canvas = element('canvas', {
    width: String(SIZE),
    height: String(SIZE),
  });
  const context = canvas.getContext('2d');
  if (context) {
    context.fillStyle = `oklch(0.53 0.13 ${hueOf(name)})`;
    context.fillRect(0, 0, SIZE, SIZE);
    context.fillStyle = '#fff';
    context.font = `600 ${SIZE * 0.4}px sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(initials(name), SIZE / 2, SIZE / 2);
  }
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}
