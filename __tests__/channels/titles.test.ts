import { PersonaRefusedError, type RefusalReason } from 'bottender-persona';

import { channelOf } from '../../src/channels';
import type { FaceChannel } from '../../src/channels/channel';

function faceChannel(platform: string): FaceChannel {
  const channel = channelOf(platform);
  if (channel?.carries !== 'face') throw new Error(`${platform} has no faces`);
  return channel;
}

test.each<[string, string, string, RefusalReason, RegExp]>([
  ['line', 'LINE', 'The official account', 'channel', /at most 20 characters/],
  ['slack', 'Slack', 'The app', 'channel', /scope chat:write\.customize/],
  ['slack', 'Slack', 'The app', 'ignored', /scope chat:write\.customize/],
  ['viber', 'Viber', 'The bot', 'channel', /look at what it answered/],
  ['telegram', 'Telegram', 'The bot', 'unknown', /directory/],
  ['whatsapp', 'WhatsApp', 'The number', 'unknown', /directory/],
])(
  'a refusal on %s speaks of %s and %s, and says what helps where it is %s',
  (platform, title, itself, reason, advice) => {
    const channel = faceChannel(platform);
    expect(channel.platform).toBe(platform);
    const failure = { message: 'no' };
    const error = new PersonaRefusedError(
      reason,
      'adam',
      undefined,
      failure,
      channel,
    );
    expect(error.message).toContain(`cannot speak on ${title}: no. `);
    expect(error.message).toMatch(advice);
    expect(error.defaultSender).toBe(itself);
  },
);

test.each(['messenger', 'console'])('a message on %s carries an ID', (name) => {
  expect(channelOf(name)).toMatchObject({ carries: 'id', platform: name });
});

test('a connector of somebody’s own has no channel', () => {
  expect(channelOf('pigeon')).toBeUndefined();
});
