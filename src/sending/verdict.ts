import { PersonaRefusedError } from '../errors';
import { secretsOf } from '../graph/call';
import { readGraphFailure } from '../graph/graphFailure';
import { clientOf, pageOf, type Page, type PageContext } from '../graph/page';
import { readRefusal, type RefusalReason } from '../refusals/refusal';
import type { Occasion } from '../speaking/occasion';

/**
 * What a send that failed says of its persona, after a look at what there is on
 * the Page; `undefined` when the failure is about something else.
 *
 * @param id what the message carried
 * @param persona how that was given: an ID or a name
 */
export async function verdictOn(
  error: unknown,
  id: string,
  persona: string,
  { pageContext, runtime }: Occasion,
): Promise<PersonaRefusedError | undefined> {
  const client = pageContext && clientOf(pageContext);
  const failure = readGraphFailure(error, client && secretsOf(client));
  const about = readRefusal(failure);
  if (!about) return undefined;
  const page = pageContext && (await known(pageContext));
  const refused = (reason: RefusalReason) =>
    new PersonaRefusedError(reason, persona, page?.id, failure);
  if (about === 'region') return refused('region');
  if (!page) return refused('unverified');
  const { verification } = runtime;
  const earlier = verification.unverified(page, id);
  if (earlier) return earlier;
  const state = await verification.stateOf(page, id);
  if (state === 'unsure') {
    return verification.giveUp(page, id, refused('unverified'));
  }
  return refused(state === 'alive' ? 'this-message' : 'unknown');
}

/** Without the Page nothing can be found out, and the message is more urgent. */
async function known(pageContext: PageContext): Promise<Page | undefined> {
  try {
    return await pageOf(pageContext);
  } catch {
    return undefined;
  }
}
