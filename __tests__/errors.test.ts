import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';

import type { MessengerClient } from 'bottender';
import * as library from 'bottender-persona';
import {
  ForgottenHandleError,
  HumanAgentTagError,
  PersonaCleanupError,
  PersonaError,
  PersonaRefusedError,
  PersonaStoreError,
  PersonaSuspectedError,
  UnknownPageError,
  UnsupportedSenderActionError,
  personas,
  withEphemeralPersona,
  withPersona,
  type PersonasOptions,
} from 'bottender-persona';
import type { Fault } from 'messenger-emulator';

import {
  APP_SECRET,
  type BotSetup,
  CUSTOMER,
  PAGE,
  type RunningBot,
  SEND_MODES,
  startBot,
} from './support/bot';
import { advanceTime, fakeTimers, shortenTimeouts } from './support/clock';
import { createPersonas, profile } from './support/personas';

const SECRETS = {
  token: PAGE.accessToken,
  'app secret': APP_SECRET,
  proof: createHmac('sha256', APP_SECRET)
    .update(PAGE.accessToken)
    .digest('hex'),
};

/** A Graph error whose message gives away what it can. */
function indiscreet(code: number, subcode?: number): Fault {
  const message =
    `(#${code}) Malformed access token ${SECRETS.token} of ${SECRETS['app secret']}, ${SECRETS.proof}: ` +
    `/me?access_token=${SECRETS.token}&appsecret_proof=${SECRETS.proof} (persona)`;
  return { error: { code, error_subcode: subcode, message } };
}

/** Every way in which an error, or its cause, ends in a log. */
function prints(error: unknown): string[] {
  const { message, stack, cause } = error as Error;
  return [
    message,
    stack ?? '',
    String(error),
    inspect(error, { depth: 10, showHidden: true }),
    inspect(error),
    JSON.stringify(error),
    ...(cause === undefined
      ? []
      : [
          inspect(cause, { depth: 10, showHidden: true }),
          JSON.stringify(cause),
        ]),
  ];
}

function expectNoSecretIn(error: unknown): void {
  for (const print of prints(error)) {
    for (const [what, secret] of Object.entries(SECRETS)) {
      if (print.includes(secret)) {
        throw new Error(`The ${what} stands in ${print}`);
      }
    }
  }
}

/** What Messenger answered last with an error. */
function lastFailure({ emulator }: RunningBot) {
  return emulator
    .state()
    .requests.map(({ error }) => error)
    .filter((error) => error !== null)
    .at(-1);
}

async function start(options: PersonasOptions = {}, setup: BotSetup = {}) {
  const told: unknown[] = [];
  let tell: (error: unknown) => void = () => undefined;
  const firstTold = new Promise<unknown>((resolve) => (tell = resolve));
  const plugin = personas({
    directory: { adam: profile('Adam') },
    onRefused: (error) => told.push(error),
    onCleanupError: (error) => {
      told.push(error);
      tell(error);
    },
    ...options,
  });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  return { bot, told, firstTold, plugin };
}

/** The client of the bot, as a handler has it. */
async function clientOf(bot: RunningBot): Promise<MessengerClient> {
  let client: MessengerClient | undefined;
  await bot.run((context) => {
    client = context.client;
  });
  return client as MessengerClient;
}

describe.each(SEND_MODES)('PersonaRefusedError, sent %s', (_mode, setup) => {
  test.each([
    ['region', indiscreet(10, 2018336), /usePersona\(null\)/],
    ['this-message', indiscreet(100), /refuses it for this message/],
  ])(
    'for %s names the persona, the Page, the answer and a remedy, and no secret',
    async (reason, fault, wayOut) => {
      const { bot, told } = await start({}, setup);
      const { Bea } = await createPersonas(bot.emulator, ['Bea']);
      bot.emulator.fail({ path: '/me/messages', times: 1, ...fault });
      await bot.run(async (context) => {
        context.usePersona(Bea);
        await context.sendText('hi');
      });
      expect(told).toHaveLength(1);
      const error = told[0] as PersonaRefusedError;
      const answer = lastFailure(bot);
      expect(error).toBeInstanceOf(PersonaRefusedError);
      expect(error).toMatchObject({
        name: 'PersonaRefusedError',
        reason,
        persona: Bea,
        pageId: PAGE.id,
        failure: {
          status: 400,
          code: answer?.code,
          subcode: answer?.error_subcode,
          fbtraceId: answer?.fbtrace_id,
        },
      });
      expect(error.message).toContain(`"${Bea}"`);
      expect(error.message).toContain(PAGE.id);
      expect(error.message).toContain('Malformed access token');
      expect(error.message).toContain(`code ${answer?.code}`);
      expect(error.message).toContain(`fbtrace_id ${answer?.fbtrace_id}`);
      if (answer?.error_subcode) {
        expect(error.message).toContain(`subcode ${answer.error_subcode}`);
      }
      expect(error.message).toMatch(wayOut);
      expect(error.cause).toBe(error.failure);
      expectNoSecretIn(error);
    },
  );

  test.each<[string, Fault]>([
    ['an answer', indiscreet(190)],
    ['a broken connection', { connection: 'break-before' }],
    ['an HTTP 500', { status: 500 }],
  ])('for a persona that was not created, after %s', async (_what, fault) => {
    shortenTimeouts();
    const { bot, told } = await start({}, setup);
    bot.emulator.fail({ method: 'POST', path: '/me/personas', ...fault });
    await bot.run(async (context) => {
      await context.withPersona('adam', () => context.sendText('hi'));
      await context.withEphemeralPersona(profile('Guest'), () => undefined);
    });
    expect(bot.errors).toEqual([]);
    expect(told).toHaveLength(2);
    for (const [i, name] of ['adam', 'Guest'].entries()) {
      const error = told[i] as PersonaRefusedError;
      expect(error).toMatchObject({ reason: 'not-created', persona: name });
      expect(error.message).toContain(`"${name}"`);
      expect(error.message).toContain(PAGE.id);
      expect(error.message).toMatch(/check the access token.*rate limits/);
      expectNoSecretIn(error);
    }
  });

  test('that a handler throws contains no secret either', async () => {
    const { bot } = await start({ refusedPersona: 'throw' }, setup);
    bot.emulator.fail({ path: '/me/messages', ...indiscreet(10, 2018336) });
    const { Bea } = await createPersonas(bot.emulator, ['Bea']);
    await bot.run(async (context) => {
      context.usePersona(Bea);
      await context.sendText('hi');
    });
    expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
    expectNoSecretIn(bot.errors[0]);
  });
});

test('PersonaCleanupError names the persona, its ID, the Page, the answer and what happens next', async () => {
  const { bot, firstTold } = await start();
  const mend = bot.emulator.fail({ method: 'DELETE', ...indiscreet(200) });
  await bot.run((context) =>
    context.withEphemeralPersona(profile('Guest'), async () => {
      await context.sendText('hi');
    }),
  );
  const error = (await firstTold) as PersonaCleanupError;
  mend();
  const [{ id } = { id: '' }] = bot.emulator.state().personas;
  const answer = lastFailure(bot);
  expect(error).toBeInstanceOf(PersonaCleanupError);
  expect(error.persona).toEqual({ id, name: 'Guest' });
  expect(error.pageId).toBe(PAGE.id);
  expect(error.failure).toMatchObject({ status: 400, code: 200 });
  expect(error.message).toContain(`"Guest" (${id})`);
  expect(error.message).toContain(PAGE.id);
  expect(error.message).toContain(
    `(HTTP 400, code 200, fbtrace_id ${answer?.fbtrace_id})`,
  );
  expect(error.message).toContain('left to the sweep');
  expect(error.cause).toBe(error.failure);
  expectNoSecretIn(error);
});

test('PersonaCleanupError for a persona without an ID contains only the name', () => {
  const failure = { status: 500, message: 'no list' };
  const error = new PersonaCleanupError({ name: 'Guest' }, PAGE.id, failure);
  expect(error.message).toBe(
    `The persona "Guest" on the Page ${PAGE.id} could not be deleted: no list (HTTP 500). It is left to the sweep.`,
  );
  expect(error.persona).toStrictEqual({ name: 'Guest' });
});

test.each([
  ['region', /refused for this customer: speak as the Page/],
  ['unknown', /no\. Correct the name, or put it into the directory\.$/],
  ['not-created', /check the access token/],
  ['this-message', /exists, but Messenger refuses it for this message/],
  ['unverified', /uncertain whether it exists/],
  ['initial-persona', /"initialPersona".*within 5 seconds/],
  ['channel', /refuses this name or picture: look at what it answered/],
  ['ignored', /delivered the message under another name/],
] as const)('PersonaRefusedError, %s, says what to do', (reason, advice) => {
  const failure = { message: 'no' };
  const { message } = new PersonaRefusedError(reason, 'adam', '1', failure);
  expect(message).toMatch(
    /^The persona "adam" cannot speak on the Page 1: no\. /,
  );
  expect(message).toMatch(advice);
  const nowhere = new PersonaRefusedError(reason, 'adam', undefined, failure);
  expect(nowhere.message).toMatch(/on this Page: no\./);
  expect(nowhere.defaultSender).toBe('The Page');
});

test('PersonaRefusedError for an ID that is gone says where to look for it', () => {
  const failure = { status: 400, code: 100, message: 'no such persona' };
  const { message } = new PersonaRefusedError('unknown', '7', '1', failure);
  expect(message).toBe(
    'The persona "7" cannot speak on the Page 1: no such persona (HTTP 400, code 100). ' +
      'It was deleted or belongs to another Page: look for its ID with `npx bottender-persona list`.',
  );
});

test('UnknownPageError contains the answer and what to check', async () => {
  const { bot, plugin } = await start();
  const client = await clientOf(bot);
  bot.emulator.fail({ path: '/me', ...indiscreet(190) });
  const error: unknown = await plugin.sweep(client).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UnknownPageError);
  const { message, cause, failure } = error as UnknownPageError;
  expect(message).toContain('(HTTP 400, code 190, fbtrace_id ');
  expect(message).toMatch(/Check the token/);
  expect(cause).toBe(failure);
  expectNoSecretIn(error);
});

test('PersonaStoreError says what the store did not do, and contains no password', async () => {
  const refused = new Error(
    'connect ECONNREFUSED redis://bot:pass-word@127.0.0.1:6379',
  );
  const away = () => Promise.reject(refused);
  const store = { get: away, set: away, delete: away };
  const { bot, told } = await start({ store });
  await bot.run((context) =>
    context.withEphemeralPersona(profile('Guest'), async () => {
      await context.withPersona('adam', () => context.sendText('hi'));
    }),
  );
  expect(bot.errors).toEqual([]);
  expect(told.length).toBeGreaterThan(1);
  for (const error of told) {
    expect(error).toBeInstanceOf(PersonaStoreError);
    const { message } = error as PersonaStoreError;
    expect(message).toMatch(/Could not (read|write to|delete from) the store/);
    expect(message).toContain('ECONNREFUSED');
    expect(message).toMatch(/may be left behind if this process ends\.$/);
    for (const print of prints(error)) expect(print).not.toContain('pass-word');
    expectNoSecretIn(error);
  }
});

test('PersonaSuspectedError says which persona to delete, and why', async () => {
  fakeTimers();
  const { bot, firstTold } = await start({ ephemeral: { leaseMs: 1000 } });
  bot.emulator.fail({
    method: 'POST',
    path: '/me/personas',
    connection: 'break-after',
    times: 1,
  });
  await bot.run((context) =>
    context.withEphemeralPersona(profile('Guest'), () => undefined),
  );
  // The intent runs out, and the sweep after that finds it.
  advanceTime(2000);
  const error = (await firstTold) as PersonaSuspectedError;
  const [{ id } = { id: '' }] = bot.emulator.state().personas;
  expect(error).toBeInstanceOf(PersonaSuspectedError);
  expect(error.persona).toMatchObject({ id, name: 'Guest' });
  expect(error.message).toContain(`"Guest" (${id})`);
  expect(error.message).toContain(PAGE.id);
  expect(error.message).toMatch(/delete it/);
  expectNoSecretIn(error);
});

test('UnsupportedSenderActionError names the action, the persona and both remedies', async () => {
  const { bot } = await start();
  await bot.run(async (context) => {
    context.usePersona('adam');
    await context.sendSenderAction('mark_seen');
  });
  const [error] = bot.errors;
  expect(error).toBeInstanceOf(UnsupportedSenderActionError);
  expect(error).toMatchObject({ senderAction: 'mark_seen', persona: 'adam' });
  const { message } = error as Error;
  expect(message).toMatch(/"mark_seen".*"adam".*typing_on and typing_off/);
  expect(message).toContain('withPersona(null');
  expect(message).toContain("unsupportedSenderActions: 'as-page'");
  expectNoSecretIn(error);
});

test('ReleasedHandleError tells the persona, and what to do', async () => {
  const { bot } = await start();
  await bot.run(async (context) => {
    const guest = await context.createEphemeralPersona(profile('Guest'));
    await guest.release();
    await guest.sendText('hi');
  });
  const [error] = bot.errors;
  expect(error).toMatchObject({
    name: 'ReleasedHandleError',
    persona: 'Guest',
    message: expect.stringMatching(
      /"Guest".*createEphemeralPersona\(\)/,
    ) as string,
  });
  expectNoSecretIn(error);
});

test('HumanAgentTagError tells the speaker, and what to do', () => {
  const error = new HumanAgentTagError('max');
  expect(error).toMatchObject({ name: 'HumanAgentTagError', persona: 'max' });
  expect(error.message).toMatch(/"max".*'bot'.*Nothing was sent.*'human'/);
  expect(new HumanAgentTagError(null).message).toMatch(
    /the Page.*"disclosure\.page"/,
  );
});

test('ForgottenHandleError tells the persona, and has nothing else of it', () => {
  const error = new ForgottenHandleError({ id: '7', ...profile('Guest') });
  expect(error.persona).toEqual({ id: '7', name: 'Guest' });
  expect(error.message).toMatch(/"Guest" \(7\).*release\(\).*await using/);
  const refused = new ForgottenHandleError({ id: null, name: 'Guest' });
  expect(refused.message).toContain('"Guest" was');
});

test.each<[string, string, () => unknown, RegExp]>([
  [
    'InvalidOptionError',
    'an unknown option',
    () => personas({ personas: 1 } as PersonasOptions),
    /"personas"; it has initialPersona/,
  ],
  ['InvalidPersonaError', 'no persona', () => withPersona(''), /non-empty/],
  [
    'InvalidProfileError',
    'no profile',
    () => withEphemeralPersona({ name: '', profilePictureUrl: '' }),
    /name must be/,
  ],
])('%s, for %s, says what is valid', (name, _what, act, says) => {
  let error: unknown;
  try {
    act();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(PersonaError);
  expect(error).toMatchObject({ name });
  expect((error as Error).message).toMatch(says);
  expectNoSecretIn(error);
});

test('these tests cover every error class of the library', () => {
  const classes = Object.keys(library).filter((name) => name.endsWith('Error'));
  expect(classes.sort()).toEqual([
    'ForgottenHandleError',
    'HumanAgentTagError',
    'InvalidOptionError',
    'InvalidPersonaError',
    'InvalidProfileError',
    'PersonaCleanupError',
    'PersonaError',
    'PersonaRefusedError',
    'PersonaStoreError',
    'PersonaSuspectedError',
    'ReleasedHandleError',
    'UnknownPageError',
    'UnsupportedSenderActionError',
  ]);
});

test('the default warning of a refusal contains no secret', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
  const { bot } = await start({ onRefused: undefined });
  bot.emulator.setEuropean(CUSTOMER, true);
  bot.emulator.fail({ path: '/me/messages', times: 1, ...indiscreet(100) });
  await bot.run(async (context) => {
    context.usePersona('5');
    await context.sendText('hi');
  });
  const { calls } = warned.mock;
  warned.mockRestore();
  expect(calls).toHaveLength(1);
  expectNoSecretIn(new Error(JSON.stringify(calls)));
});
