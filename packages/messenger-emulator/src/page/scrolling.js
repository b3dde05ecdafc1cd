// @ts-check

// Within this many pixels of the end, the reader counts as being there.
const NEAR = 80;

/** Keeps the end in view as content comes, unless the reader has scrolled up. */
export class EndFollower {
  #atEnd = true;

  /** @param {HTMLElement} scroller */
  constructor(scroller) {
    this.scroller = scroller;
    scroller.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    });
    // Images that load, and the keyboard of a phone, change the height.
    const sizes = new ResizeObserver(() => this.follow());
    sizes.observe(scroller);
    for (const content of scroller.children) sizes.observe(content);
  }

  /** Call when the content has changed. */
  follow() {
    if (this.#atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Scrolls to the end and stays there. */
  goToEnd() {
    this.#atEnd = true;
    this.follow();
  }
}
