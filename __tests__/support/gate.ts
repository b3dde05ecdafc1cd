/** A promise, and the function that resolves it. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Returns a function whose promises all resolve when it has been called `count` times. */
export function barrier(count: number): () => Promise<void> {
  const { opened, open } = gate();
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === count) open();
    return opened;
  };
}
