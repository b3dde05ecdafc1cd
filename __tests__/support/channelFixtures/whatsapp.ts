import { TwilioClient, WhatsappBot } from 'bottender';

import { hmac, SECRET, TOKEN, type ChannelFixture } from './fixture';

export const whatsapp: ChannelFixture = {
  title: 'WhatsApp',
  defaultSender: 'The number',
  hasPictures: false,
  success: () => ({ sid: 'SM1', status: 'queued' }),
  bot: (origin) =>
    new WhatsappBot({
      accountSid: 'AC1',
      authToken: SECRET,
      phoneNumber: 'whatsapp:+1',
      origin,
      sync: true,
    }),
  webhook: (url) => {
    const fields = {
      Body: 'hello',
      From: 'whatsapp:+2',
      SmsStatus: 'received',
      To: 'whatsapp:+1',
    };
    const signed = Object.entries(fields)
      .map(([key, value]) => key + value)
      .join('');
    return {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': hmac('sha1', url + signed).digest('base64'),
      },
    };
  },
  client: (origin) =>
    new TwilioClient({
      accountSid: 'AC1',
      authToken: TOKEN,
      phoneNumber: 'whatsapp:+1',
      origin,
    }),
  sendsText: ['createMessage', [{ to: 'whatsapp:+2', body: 'hi' }]],
  request: ({ text }) => ({
    method: 'POST',
    path: '/2010-04-01/Accounts/AC1/Messages.json',
    body: { From: 'whatsapp:+1', To: 'whatsapp:+2', Body: text },
  }),
  shown: ({ Body }) => [{ text: String(Body) }],
};
