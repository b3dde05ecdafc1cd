import type { FaceChannel } from './channel';

/** The method of Bottender's WhatsappContext that sends a text. */
type WhatsappMethod = 'sendText';

/** A message shows the number and nobody else, so that its text has to say who speaks. */
export const whatsapp: FaceChannel<'whatsapp', WhatsappMethod> = {
  carries: 'face',
  platform: 'whatsapp',
  title: 'WhatsApp',
  methods: { sendText: { holds: 'options', at: 1, text: 0 } },
};
