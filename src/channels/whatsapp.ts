import type { FaceChannel } from './channel';

/** The method of Bottender's WhatsappContext that sends a text. */
type WhatsappMethod = 'sendText';

/** A message shows the number and nobody else, so that its text has to say who speaks. */
export const whatsapp: FaceChannel<'whatsapp', WhatsappMethod> = {
  carries: 'face',
  platform: 'whatsapp',
  title: 'WhatsApp',
  itself: 'The number',
  methods: { sendText: { at: 1, text: 0 } },
};
