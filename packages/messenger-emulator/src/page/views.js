// @ts-check

/**
 * On a phone, selects which panel is shown; elsewhere all panels are.
 *
 * @param {HTMLElement} views the buttons
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
