/** A system whose states are searched. A state is plain data. */
export interface System<S> {
  readonly initial: S;
  /** What can happen next, and the state after it. */
  actions(state: S): Iterable<[label: string, act: () => Promise<S>]>;
  /** What is wrong with a state; `undefined` where nothing is. */
  violation(state: S): string | undefined;
}

export interface SearchResult {
  readonly states: number;
  /** The first violation, and the fewest actions that lead to one. */
  readonly violation?: string;
  readonly trace?: string[];
}

interface Visit<S> {
  readonly state: S;
  readonly label: string;
  readonly from: Visit<S> | undefined;
}

/** Visits every state that can be reached, those nearest to the initial one first, until one is wrong. */
export async function search<S>(
  system: System<S>,
  maxStates = 1_000_000,
): Promise<SearchResult> {
  const { initial } = system;
  const seen = new Set([JSON.stringify(initial)]);
  let edge: Visit<S>[] = [{ state: initial, label: '', from: undefined }];
  while (edge.length > 0) {
    const next: Visit<S>[] = [];
    for (const from of edge) {
      for (const [label, act] of system.actions(from.state)) {
        const state = await act();
        const key = JSON.stringify(state);
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > maxStates) throw new Error('there are too many states');
        const visit = { state, label, from };
        const wrong = system.violation(state);
        if (wrong !== undefined) {
          return { states: seen.size, violation: wrong, trace: traceOf(visit) };
        }
        next.push(visit);
      }
    }
    edge = next;
  }
  return { states: seen.size };
}

function traceOf<S>(last: Visit<S>): string[] {
  const trace: string[] = [];
  let visit: Visit<S> | undefined = last;
  for (; visit?.from; visit = visit.from) trace.unshift(visit.label);
  return trace;
}
