import type { Channel } from '../channels/channel';
import { ReleasedHandleError } from '../errors';
import { OpenHandle } from '../ephemeral/openHandles';
import { checkProfile } from '../profile';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { publicPersona } from '../speaking/speaker';
import { methodDescriptors } from '../util/methodDescriptors';
import { rejected } from '../util/rejected';

import { speakingMethods } from './speakers';

/**
 * A speaker with a persona of its own, which exists until the handle is released.
 *
 * Rejects with InvalidProfileError; with ReleasedHandleError after `close()`.
 */
export async function createHandle(
  target: object,
  personas: ScopedPersonas,
  given: unknown,
  channel: Channel | undefined,
): Promise<object> {
  const profile = checkProfile(given);
  const { handles } = personas.runtime;
  if (handles.isClosed) throw new ReleasedHandleError(profile.name);
  const speaker = await personas.createFor(profile);
  const use = speaker.kind === 'ephemeral' ? speaker.handle : undefined;
  // Not in the speaker: sockets that were opened in its scope refer to that.
  const owner = { open: new OpenHandle(profile, use, publicPersona(speaker)) };
  handles.add(owner.open, owner);
  const methods = speakingMethods(target, channel, (call) =>
    owner.open.isReleased
      ? rejected(new ReleasedHandleError(profile.name))
      : personas.runAs(speaker, call),
  );
  const release = () => handles.release(owner.open);
  return Object.defineProperties(methods, {
    ...methodDescriptors({ release }),
    persona: { enumerable: true, get: () => owner.open.persona },
    [Symbol.asyncDispose]: { value: release },
  });
}
