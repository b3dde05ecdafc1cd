export const URL = 'https://example.com/a.png';
const ACTIONS = [{ type: 'message', label: 'Pear', text: 'pear' }];

/** What each kind of LINE's messages is made of, without options. */
export const LINE_MESSAGES: Record<string, unknown[]> = {
  '': [
    [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ],
  ],
  Text: ['a'],
  Image: [{ originalContentUrl: URL }],
  Video: [{ originalContentUrl: URL, previewImageUrl: URL }],
  Audio: [{ originalContentUrl: URL, duration: 1 }],
  Location: [{ title: 'a', address: 'b', latitude: 1, longitude: 2 }],
  Sticker: [{ packageId: '1', stickerId: '1' }],
  Imagemap: ['alt', { baseUrl: URL, baseSize: {}, actions: [] }],
  Flex: ['alt', { type: 'bubble' }],
  Template: ['alt', { type: 'confirm', text: 'a', actions: ACTIONS }],
  ButtonTemplate: ['alt', { text: 'a', actions: ACTIONS }],
  ButtonsTemplate: ['alt', { text: 'a', actions: ACTIONS }],
  ConfirmTemplate: ['alt', { text: 'a', actions: ACTIONS }],
  CarouselTemplate: ['alt', [{ text: 'a', actions: ACTIONS }]],
  ImageCarouselTemplate: ['alt', [{ imageUrl: URL, action: ACTIONS[0] }]],
};

/** What the methods of Viber take, without options. */
export const VIBER_MESSAGES: Record<string, unknown[]> = {
  sendMessage: [],
  sendText: ['a'],
  sendPicture: [{ text: 'a', media: URL }],
  sendVideo: [{ media: URL, size: 1 }],
  sendFile: [{ media: URL, size: 1, fileName: 'a' }],
  sendContact: [{ name: 'a', phoneNumber: '1' }],
  sendLocation: [{ lat: '1', lon: '2' }],
  sendURL: [URL],
  sendSticker: [46105],
  sendCarouselContent: [{ type: 'rich_media', buttons: [] }],
};
