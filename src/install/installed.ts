import type { ContextPersonas } from '../speaking/contextPersonas';

/**
 * A context that `personas()` was installed on: it carries its personas under
 * this name, where Bottender's console Proxy finds them too.
 */
export interface Installed {
  readonly _personas: ContextPersonas;
}
