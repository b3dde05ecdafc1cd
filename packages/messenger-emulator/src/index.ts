import {
  checkBoolean,
  checkHttpUrl,
  checkInteger,
  fail,
} from './values/checks';
import { readOptions, type MessengerEmulatorOptions } from './options';
import { startServer } from './server';
import type { MessengerEmulator } from './emulator';
import { waitForState } from './control/waitForState';
import { readRecording, recordingOf } from './recording/recording';
import { replay } from './recording/replay';
import { checkPsid } from './world/participants';
import type { World } from './world/world';

export type { GraphErrorObject } from './values/graphError';
export type { Json, JsonObject } from './values/json';
export type { EmulatorPageOptions, MessengerEmulatorOptions } from './options';
export type * from './emulator';
export type * from './types';

/**
 * Starts a Messenger Platform on 127.0.0.1, for trying and testing a Messenger
 * bot without a Facebook app.
 *
 * @throws {TypeError} naming the wrong option, or an error if the port is
 *   taken.
 */
export async function startMessengerEmulator(
  options: MessengerEmulatorOptions,
): Promise<MessengerEmulator> {
  const server = await startServer(readOptions(options));
  const { world, customers, inbox, faults, closing } = server;
  return {
    origin: world.origin,
    inbox: {
      take: (psid, given) => inbox.take(psid, given),
      answer: (psid, text, given) => inbox.answer(psid, text, given),
      pass: (psid, given) => inbox.pass(psid, given),
      request: (psid, given) => inbox.request(psid, given),
    },
    customer: {
      getStarted: (psid, given) => customers.getStarted(psid, given),
      press: (psid, payload, given) => customers.press(psid, payload, given),
      openLink: (psid, link, given) =>
        customers.actions.openLink(psid, link, given),
      optIn: (psid, optIn, given) =>
        customers.actions.optIn(psid, optIn, given),
      post: (psid, item, given) => customers.actions.post(psid, item, given),
      logIn: (psid, url, given) => customers.accounts.logIn(psid, url, given),
      linkAccount: (psid, code, given) =>
        customers.accounts.link(psid, code, given),
      unlinkAccount: (psid, given) => customers.accounts.unlink(psid, given),
      react: (psid, mid, emoji, given) =>
        customers.actions.react(psid, mid, emoji, given),
      unreact: (psid, mid, given) =>
        customers.actions.unreact(psid, mid, given),
      edit: (psid, mid, text, given) =>
        customers.actions.edit(psid, mid, text, given),
      set: (psid, details, given) => customers.set(psid, details, given),
      view: (psid, given) => customers.view(psid, given),
      upload: (content) => {
        if (!(content instanceof Uint8Array) || content.length === 0) {
          fail('content', 'the bytes of a file');
        }
        return world.attachments.upload(Buffer.from(content));
      },
    },
    say: (psid, message, sayOptions) =>
      customers.say(psid, message, sayOptions),
    state: () => world.state(),
    waitFor: (check, timeoutMs = 5000) => {
      checkInteger(timeoutMs, 'timeoutMs', 0, 2 ** 31 - 1);
      return waitForState(world, check, timeoutMs, closing);
    },
    recording: () => recordingOf(world.state(), world.origin),
    replay: (recording, timeoutMs = 5000) => {
      checkInteger(timeoutMs, 'timeoutMs', 0, 2 ** 31 - 1);
      return replay(
        readRecording(recording),
        world,
        customers,
        (isDone, ms) => isDoneWithin(ms, isDone, world, closing),
        timeoutMs,
      );
    },
    advance: (ms) => world.clock.advance(ms),
    fail: (fault) => {
      const id = faults.add(fault);
      return () => faults.remove(id);
    },
    setEuropean: (psid, european) => {
      checkPsid(world, psid);
      world.conversations.setEuropean(psid, checkBoolean(european, 'european'));
    },
    reset: () => server.reset(),
    pauseWebhooks: () => world.webhooks.pause(),
    resumeWebhooks: () => world.webhooks.resume(),
    setWebhookUrl: (url) =>
      world.webhooks.setUrl(checkHttpUrl(url, 'webhookUrl')),
    verifyWebhook: () => verifyWebhook(world),
    close: () => server.close(),
  };
}

async function isDoneWithin(
  timeoutMs: number,
  isDone: () => boolean,
  world: World,
  closing: AbortSignal,
): Promise<boolean> {
  try {
    return await waitForState(world, isDone, timeoutMs, closing);
  } catch (error) {
    if (closing.aborted) throw error;
    return false;
  }
}

async function verifyWebhook({ settings, webhooks }: World): Promise<void> {
  const { verifyToken } = settings;
  if (verifyToken === undefined || !webhooks.app) {
    throw new Error(
      'Messenger emulator: verifying a webhook needs a `verifyToken` and a webhook URL',
    );
  }
  await webhooks.verify(webhooks.app.callbackUrl, verifyToken);
}
