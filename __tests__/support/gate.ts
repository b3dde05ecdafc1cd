/** Something that tests wait for, and let happen. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A gate that opens when `count` have come to it. */
export function barrier(count: number): () => Promise<void> {
  const { opened, open } = gate();
  let come = 0;
  return () => {
    come += 1;
    if (come === count) open();
    return opened;
  };
}
