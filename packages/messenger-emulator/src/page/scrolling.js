// @ts-check

// Within this many pixels of the end, the reader counts as being there.
const NEAR = 80;

/**
 * Keeps the end in view as content comes, unless the reader has scrolled up; then
 * a button tells of newer messages.
 */
export class EndFollower {
  #atEnd = true;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLButtonElement} newer
   */
  constructor(scroller, newer) {
    this.scroller = scroller;
    this.newer = newer;
    scroller.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
      if (this.#atEnd) newer.hidden = true;
    });
    newer.addEventListener('click', () => {
      this.goToEnd();
      scroller.focus();
    });
    // Images that load, and the keyboard of a phone, change the height.
    const sizes = new ResizeObserver(() => this.follow());
    sizes.observe(scroller);
    for (const content of scroller.children) sizes.observe(content);
  }

  /** Call when the content has changed. @param {boolean} [isNewer] by a message */
  follow(isNewer = false) {
    if (this.#atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
    else if (isNewer) this.newer.hidden = false;
  }

  /** Scrolls to the end and stays there. */
  goToEnd() {
    this.#atEnd = true;
    this.newer.hidden = true;
    this.follow();
  }
}
