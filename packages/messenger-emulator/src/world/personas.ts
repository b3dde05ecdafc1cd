import type { Changes } from './changes';
import { newObjectId } from '../values/ids';
import type { PersonaFace, PersonaState } from '../types';

/** Enough to look back at, while personas made on the fly come and go. */
const DELETED_KEPT = 1000;

/** A persona, its place in the Page's list, and the picture URL that was sent. */
export interface Persona extends PersonaState {
  sequence: number;
  pictureSource: string;
}

/** The personas of all Pages, deleted ones too. */
export class Personas {
  readonly #byId = new Map<string, Persona>();
  readonly #deletedIds: string[] = [];
  #lastSequence = 0;

  constructor(
    private readonly origin: string,
    private readonly changes: Changes,
  ) {}

  /** Of all Pages, deleted ones too. */
  get count(): number {
    return this.#byId.size;
  }

  /** @param id one of its own unless told */
  create(
    pageId: string,
    name: string,
    pictureSource: string,
    id = newObjectId(),
  ): Persona {
    const persona: Persona = {
      id,
      name,
      profile_picture_url: `${this.origin}/_emulator/pictures/${id}`,
      pageId,
      deleted: false,
      sequence: ++this.#lastSequence,
      pictureSource,
    };
    this.#byId.set(id, persona);
    this.changes.emit({ type: 'persona', persona: toPersonaState(persona) });
    return persona;
  }

  /** The persona, unless it is deleted or another Page's. */
  ofPage(pageId: string, id: string): Persona | undefined {
    const persona = this.#byId.get(id);
    return persona && !persona.deleted && persona.pageId === pageId
      ? persona
      : undefined;
  }

  /** Those that are not deleted, in the order of their creation. */
  listOfPage(pageId: string): Persona[] {
    return [...this.#byId.values()].filter(
      (persona) => persona.pageId === pageId && !persona.deleted,
    );
  }

  delete(persona: Persona): void {
    persona.deleted = true;
    this.#deletedIds.push(persona.id);
    if (this.#deletedIds.length > DELETED_KEPT) {
      this.#byId.delete(this.#deletedIds.shift() ?? '');
    }
    this.changes.emit({ type: 'persona', persona: toPersonaState(persona) });
  }

  /** Where the picture really is; also for deleted personas, whose messages stay. */
  pictureSource(id: string): string | undefined {
    return this.#byId.get(id)?.pictureSource;
  }

  clear(): void {
    this.#byId.clear();
    this.#deletedIds.length = 0;
  }

  state(): PersonaState[] {
    return [...this.#byId.values()].map(toPersonaState);
  }
}

export function toPersonaFace(persona: Persona): PersonaFace {
  const { id, name, profile_picture_url } = persona;
  return { id, name, profile_picture_url };
}

function toPersonaState(persona: Persona): PersonaState {
  const { pageId, deleted } = persona;
  return { ...toPersonaFace(persona), pageId, deleted };
}
