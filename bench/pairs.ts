import { CHANNEL_PAIRS } from './channels';
import { MESSENGER_PAIRS, type Pair } from './variants';

const PAIRS: Record<string, Pair> = { ...MESSENGER_PAIRS, ...CHANNEL_PAIRS };

export const PAIR_NAMES = Object.keys(PAIRS);

export function pairNamed(name: string): Pair {
  const pair = PAIRS[name];
  if (!pair) throw new Error(`There is no pair "${name}"`);
  return pair;
}
