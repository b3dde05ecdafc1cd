// @ts-check

/**
 * Sends on Enter; Shift+Enter inserts a line break. A text that could not be
 * sent is put back, before text that was typed since then.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement} input
 * @param {(text: string) => Promise<boolean>} send resolves with whether the
 *   text was sent
 */
export function startComposer(form, input, send) {
  input.addEventListener('keydown', (event) => {
    // During composition, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    if (await send(text)) return;
    input.value = [text, input.value].filter(Boolean).join('\n');
  });
}
