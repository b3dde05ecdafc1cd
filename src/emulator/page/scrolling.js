// @ts-check

// Within this many pixels of the end, the reader counts as being there.
const NEAR = 80;

/**
 * Keeps the end in view as content grows (messages, images that load late),
 * unless the reader has scrolled up.
 *
 * @param {HTMLElement} scroller
 * @returns {() => void} goes to the end and stays there from then on
 */
export function stayAtEnd(scroller) {
  let atEnd = true;
  const follow = () => {
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  };
  scroller.addEventListener('scroll', () => {
    const left =
      scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    atEnd = left < NEAR;
  });
  const sizes = new ResizeObserver(follow);
  sizes.observe(scroller);
  for (const content of scroller.children) sizes.observe(content);
  return () => {
    atEnd = true;
    follow();
  };
}
