import { createHmac, randomUUID } from 'node:crypto';

import { graphCall } from '../../graph/graphCall';
import { describeFailure } from '../../graph/graphFailure';
import { textIn } from '../../util/values';
import { errorMessage } from '../commandErrors';

import { CannotRun, failed, ok, warning, type Finding } from './check';
import { parseSubscribedFields } from './graphResponses';
import { httpCall, type HttpRequest } from './httpCall';
import { needsAppSecret, type MessengerBot } from './messengerBot';

const MAX_ANSWER_BYTES = 64 * 1024;

/** Without these a bot does not hear its customers. */
const NEEDED_FIELDS = ['messages', 'messaging_postbacks'];
/** What `bottender messenger webhook set` subscribes to besides. */
const USUAL_FIELDS = [
  'messaging_optins',
  'messaging_referrals',
  'messaging_handovers',
  'messaging_policy_enforcement',
];

/** What a proxy answers in place of a bot. */
const GATEWAY_STATUSES = new Set<unknown>([502, 503, 504]);

const SET_WEBHOOK =
  'Set it with `npx bottender messenger webhook set -w <URL>`, or at developers.facebook.com, under Messenger > Settings.';

/** The webhook answers, is the bot's, and checks signatures. */
export async function checkWebhook(bot: MessengerBot): Promise<Finding> {
  const answer = await bot.appAnswer();
  if (!answer.ok) throw needsAppSecret(answer.failure);
  if (!answer.value)
    return failed('The app has no webhook for Pages.', SET_WEBHOOK);
  const { callbackUrl, isActive } = answer.value;
  const url = new URL(callbackUrl);
  // Its query may hold a secret.
  const shown = url.origin + url.pathname;
  if (!isActive)
    return failed(`Meta has switched off the webhook ${shown}.`, SET_WEBHOOK);
  const verifyToken = textIn(bot.channel, 'verifyToken') || undefined;
  const path = textIn(bot.channel, 'path') || '/webhooks/messenger';
  const other =
    url.pathname === path
      ? ''
      : ` The bot listens at ${path} (channels.messenger.path), and the webhook is ${url.pathname}.`;
  const problem =
    (await verificationProblem(url, verifyToken)) ??
    (await signatureProblem(url, (await bot.client()).appSecret ?? ''));
  if (problem) {
    return failed(
      `The webhook ${shown} ${problem.message}`,
      problem.advice + other,
    );
  }
  return verifyToken === undefined
    ? warning(
        `${shown} checks signatures; without \`verifyToken\` it cannot be verified.`,
        'Put `verifyToken` into channels.messenger: Bottender makes up another at each start.',
      )
    : ok(`${shown} is verified, and checks signatures`);
}

interface Problem {
  message: string;
  advice: string;
}

/** Meta's verification: docs/messenger-facts.md#webhook-verification */
async function verificationProblem(
  url: URL,
  verifyToken: string | undefined,
): Promise<Problem | undefined> {
  const challenge = randomUUID();
  const verification = new URL(url);
  verification.searchParams.set('hub.mode', 'subscribe');
  verification.searchParams.set('hub.challenge', challenge);
  verification.searchParams.set(
    'hub.verify_token',
    verifyToken ?? randomUUID(),
  );
  const { status, text } = await ask(verification);
  if (text === undefined) {
    return {
      message: `could not be reached: ${status}.`,
      advice: 'Start the bot, and check that the URL leads to it.',
    };
  }
  // A random token is refused.
  if (verifyToken === undefined && status === 403) return undefined;
  if (status === 403) {
    return {
      message: 'refuses the `verifyToken` of the config (HTTP 403).',
      advice: 'Start the bot anew with this config.',
    };
  }
  if (status !== 200) {
    return {
      message: `answers HTTP ${status}.`,
      advice: GATEWAY_STATUSES.has(status)
        ? 'What is in front of the bot does not reach it: start the bot, and check where its proxy leads.'
        : 'Check that the URL leads to the bot, with the path of its webhook.',
    };
  }
  if (text.trim() === challenge) return undefined;
  return {
    message: 'answers something else than the challenge.',
    advice: 'Something else than the bot answers there: check the URL.',
  };
}

/** Sends a webhook without events, signed rightly and wrongly: docs/messenger-facts.md#webhook-signature */
async function signatureProblem(
  url: URL,
  appSecret: string,
): Promise<Problem | undefined> {
  // A server may fail at a webhook without events: then it has taken the signature.
  const right = await post(url, appSecret);
  if (typeof right === 'string' || isRefusal(right)) {
    return {
      message: `refuses what is signed with the app secret of the config (${right}).`,
      advice:
        'The bot that runs there has another app secret: start it anew with this config.',
    };
  }
  const wrong = await post(url, randomUUID());
  if (typeof wrong === 'number' && isRefusal(wrong)) return undefined;
  if (wrong === 200) {
    return {
      message:
        'takes what is signed with a wrong app secret, so anyone can write to the bot.',
      advice:
        "Check X-Hub-Signature-256 before the bot, as Bottender's own server does.",
    };
  }
  return {
    message: `fails at what is signed with a wrong app secret (${wrong}).`,
    advice: "Look into the bot's log.",
  };
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500;
}

async function post(url: URL, appSecret: string): Promise<number | string> {
  // `changes` are not messages, so that no bot answers them.
  const entry = { id: '0', time: Date.now(), changes: [] };
  const body = JSON.stringify({ object: 'page', entry: [entry] });
  const sign = (algorithm: string) =>
    `${algorithm}=${createHmac(algorithm, appSecret).update(body).digest('hex')}`;
  const { status } = await ask(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature': sign('sha1'),
      'x-hub-signature-256': sign('sha256'),
    },
    body,
  });
  return status;
}

/** The status and text of an answer, or why there is none. */
async function ask(
  url: URL,
  request: Omit<HttpRequest, 'maxBytes'> = {},
): Promise<{ status: number | string; text?: string }> {
  try {
    const { status, body } = await httpCall(url, {
      ...request,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return { status, text: body.toString() };
  } catch (error) {
    return { status: errorMessage(error) };
  }
}

/** App and Page are subscribed to what the bot needs: docs/messenger-facts.md#webhook-fields */
export async function checkWebhookFields(bot: MessengerBot): Promise<Finding> {
  const { fields } = await bot.subscription();
  const page = await bot.page();
  const appId = await bot.appId();
  const answer = await graphCall(
    page.client,
    { method: 'GET', path: `/${page.id}/subscribed_apps` },
    (response) => parseSubscribedFields(response, appId),
  );
  if (!answer.ok) {
    throw new CannotRun(
      `Graph does not say what the Page sends: ${describeFailure(answer.failure)}`,
    );
  }
  const ofPage = answer.value;
  if (!ofPage) {
    return failed(
      `The Page ${page.id} sends the app nothing.`,
      subscribePage(page.id, NEEDED_FIELDS),
    );
  }
  const missing = (names: string[]) =>
    names.filter((name) => !fields.includes(name) || !ofPage.includes(name));
  const needed = missing(NEEDED_FIELDS);
  const usual = missing(USUAL_FIELDS);
  const all = [...needed, ...usual];
  const advice = [
    ...(all.some((name) => !fields.includes(name))
      ? [
          'Subscribe the app to them: `npx bottender messenger webhook set`, or at developers.facebook.com, under Webhooks.',
        ]
      : []),
    ...(all.some((name) => !ofPage.includes(name))
      ? [subscribePage(page.id, [...new Set([...ofPage, ...all])])]
      : []),
  ].join(' ');
  if (needed.length > 0) {
    return failed(
      `Not subscribed: ${all.join(', ')}. Without ${needed.join(' and ')} the bot does not hear its customers.`,
      advice,
    );
  }
  if (usual.length > 0) {
    return warning(
      `Not subscribed: ${usual.join(', ')}, which some bots need.`,
      advice,
    );
  }
  return ok([...fields].filter((name) => ofPage.includes(name)).join(', '));
}

/** It replaces what the Page is subscribed to. */
function subscribePage(pageId: string, fields: readonly string[]): string {
  return `Subscribe the Page: POST /${pageId}/subscribed_apps?subscribed_fields=${fields.join(',')}, or at developers.facebook.com, under Messenger > Settings.`;
}
