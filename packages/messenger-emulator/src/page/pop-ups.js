// @ts-check

/**
 * Closes pop-ups (`details.pop-up`) after a choice, on Escape and on a click
 * elsewhere. One listener handles all of them, because messages add new ones.
 */
export function startPopUps() {
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const hasChosen = target.closest('.pop-up-choice') !== null;
    closeAll((popUp) => hasChosen || !popUp.contains(target));
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') closeAll(() => true);
  });
}

/** @param {(popUp: HTMLDetailsElement) => boolean} isDone */
function closeAll(isDone) {
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const open = document.querySelectorAll('details.pop-up[open]');
  for (const popUp of open) {
    if (!isDone(popUp)) continue;
    const hadFocus = popUp.contains(document.activeElement);
    popUp.open = false;
    if (hadFocus) popUp.querySelector('summary')?.focus();
  }
}
