import type {
  JsonObject,
  MessengerEmulator,
  RequestDetail,
} from 'messenger-emulator';

import { PAGE } from './pages';

/**
 * The messages that customers see, in order: `'Adam: hi'`, `'Page: hi'`,
 * `'Adam: [typing_on]'`.
 */
export function shown(emulator: MessengerEmulator, psid?: string): string[] {
  return emulator
    .state()
    .conversations.filter((conversation) => !psid || conversation.psid === psid)
    .flatMap(({ entries }) => entries)
    .filter(({ from }) => from !== 'user')
    .map(({ persona, message, senderAction }) => {
      const said = senderAction
        ? `[${senderAction}]`
        : (message?.text ?? describe(message));
      return `${persona?.name ?? 'Page'}: ${said}`;
    });
}

function describe(message: unknown): string {
  const { attachment } = message as {
    attachment?: { type: string; payload: { template_type?: string } };
  };
  return `[${attachment?.payload.template_type ?? attachment?.type}]`;
}

/** The Graph calls so far, without the version: `'POST /me/personas'`. */
export function calls(emulator: MessengerEmulator): string[] {
  return emulator
    .state()
    .requests.map(({ method, path }) => `${method} ${path}`);
}

/** The names of the personas that exist on the emulator's Pages. */
export function alive(emulator: MessengerEmulator): string[] {
  return emulator
    .state()
    .personas.filter(({ deleted }) => !deleted)
    .map(({ name }) => name);
}

/** The bodies of the Graph calls to this endpoint, oldest first: `'POST /me/messages'`. */
export async function bodies(
  emulator: MessengerEmulator,
  endpoint: string,
): Promise<JsonObject[]> {
  const rows = emulator
    .state()
    .requests.filter(({ method, path }) => `${method} ${path}` === endpoint);
  return Promise.all(
    rows.map(async ({ id }) => {
      const url = `${emulator.origin}/_emulator/requests/${id}`;
      const detail = (await (await fetch(url)).json()) as RequestDetail;
      return JSON.parse(detail.requestBody) as JsonObject;
    }),
  );
}

/** Returns a function that returns the Graph calls since now. */
export function watchCalls(emulator: MessengerEmulator): () => string[] {
  const last = emulator.state().requests.at(-1)?.id ?? '0';
  return () =>
    emulator
      .state()
      .requests.filter(({ id }) => Number(id) > Number(last))
      .map(({ method, path }) => `${method} ${path}`);
}

/** The IDs of the existing personas of a Page with this name. */
export function personaIds(
  emulator: MessengerEmulator,
  name: string,
  page = PAGE,
): string[] {
  return emulator
    .state()
    .personas.filter(
      (persona) =>
        persona.name === name && persona.pageId === page.id && !persona.deleted,
    )
    .map(({ id }) => id);
}
