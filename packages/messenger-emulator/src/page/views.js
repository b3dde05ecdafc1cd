// @ts-check

/**
 * On a phone one panel is shown at a time, chosen here; elsewhere all are.
 *
 * @param {HTMLElement} views the buttons that choose
 */
export function startViews(views) {
  const buttons = views.querySelectorAll('button');
  for (const button of buttons) {
    button.addEventListener('click', () => {
      document.body.dataset.view = button.dataset.view;
      for (const other of buttons) {
        other.setAttribute('aria-pressed', String(other === button));
      }
    });
  }
}
