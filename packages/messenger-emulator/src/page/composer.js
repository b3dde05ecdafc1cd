// @ts-check

/**
 * Lets somebody write: Enter sends, Shift+Enter makes a line. What could not be
 * sent stands there again, before what has been written meanwhile.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement} input
 * @param {(text: string) => Promise<boolean>} send resolves with whether the text has gone out
 */
export function startComposer(form, input, send) {
  input.addEventListener('keydown', (event) => {
    // What an input method takes for itself is no Enter of ours.
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
