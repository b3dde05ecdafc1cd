import type { MessengerTypes } from 'bottender';
import type { PersonaContext } from 'bottender-persona';

export type Send = (
  context: PersonaContext,
  options: MessengerTypes.SendOption,
) => Promise<unknown>;

/**
 * The option that Messenger needs to upload a Buffer. Bottender passes it on,
 * but its types lack it.
 *
 * @see https://bottender.js.org/docs/api-messenger-context#sendimageimage-options
 */
export function filenameOption(filename: string): {
  filename: string;
  tag?: undefined;
} {
  return { filename };
}

const PICTURE = 'https://example.com/pear.png';
/** Media templates take no other URLs than Facebook's. */
const PHOTO = 'https://www.facebook.com/photo.php?fbid=1';
const BUTTON: MessengerTypes.TemplateButton = {
  type: 'postback',
  title: 'Order',
  payload: 'ORDER',
};
const FLIGHT = {
  connectionId: 'c001',
  segmentId: 's001',
  flightNumber: 'KL9123',
  departureAirport: { airportCode: 'SFO', city: 'San Francisco' },
  arrivalAirport: { airportCode: 'AMS', city: 'Amsterdam' },
  flightSchedule: { departureTime: '2026-01-02T19:45' },
  travelClass: 'business' as const,
};
const AIRLINE = {
  introMessage: 'Your flight.',
  locale: 'en_US',
  pnrNumber: 'ABCDEF',
};

/**
 * Each method that can carry a persona, with arguments as its documentation has
 * them and the options that it is given.
 *
 * @see https://bottender.js.org/docs/api-messenger-context
 */
export const SENDS = {
  sendMessage: (context, options) =>
    context.sendMessage({ text: 'hi' }, options),
  sendText: (context, options) => context.sendText('hi', options),
  sendAttachment: (context, options) =>
    context.sendAttachment(
      { type: 'image', payload: { url: PICTURE } },
      options,
    ),
  sendImage: (context, options) => context.sendImage(PICTURE, options),
  sendAudio: (context, options) =>
    context.sendAudio('https://example.com/pear.mp3', options),
  sendVideo: (context, options) =>
    context.sendVideo({ url: 'https://example.com/pear.mp4' }, options),
  sendFile: (context, options) =>
    context.sendFile('https://example.com/pear.pdf', options),
  sendTemplate: (context, options) =>
    context.sendTemplate(
      { templateType: 'button', text: 'A pear?', buttons: [BUTTON] },
      options,
    ),
  sendGenericTemplate: (context, options) =>
    context.sendGenericTemplate(
      [{ title: 'Pear', imageUrl: PICTURE, buttons: [BUTTON] }],
      Object.freeze({ ...options, imageAspectRatio: 'square' }),
    ),
  sendButtonTemplate: (context, options) =>
    context.sendButtonTemplate('A pear?', [BUTTON], options),
  sendMediaTemplate: (context, options) =>
    context.sendMediaTemplate([{ mediaType: 'image', url: PHOTO }], options),
  sendReceiptTemplate: (context, options) =>
    context.sendReceiptTemplate(
      {
        recipientName: 'Eve',
        orderNumber: '12345678902',
        currency: 'EUR',
        paymentMethod: 'Visa 2345',
        elements: [{ title: 'Pear', price: 2, imageUrl: PICTURE }],
        summary: { totalCost: 2 },
      },
      options,
    ),
  sendAirlineBoardingPassTemplate: (context, options) =>
    context.sendAirlineBoardingPassTemplate(
      {
        ...AIRLINE,
        boardingPass: [
          {
            passengerName: 'SMITH/NICOLAS',
            pnrNumber: 'CG4X7U',
            logoImageUrl: PICTURE,
            aboveBarCodeImageUrl: PICTURE,
            flightInfo: FLIGHT,
          },
        ],
      },
      options,
    ),
  sendAirlineCheckinTemplate: (context, options) =>
    context.sendAirlineCheckinTemplate(
      {
        ...AIRLINE,
        checkinUrl: 'https://example.com/checkin',
        flightInfo: [FLIGHT],
      },
      options,
    ),
  sendAirlineItineraryTemplate: (context, options) =>
    context.sendAirlineItineraryTemplate(
      {
        ...AIRLINE,
        passengerInfo: [{ passengerId: 'p001', name: 'Nicolas Smith' }],
        flightInfo: [FLIGHT],
        passengerSegmentInfo: [
          {
            segmentId: 's001',
            passengerId: 'p001',
            seat: '12A',
            seatType: 'Business',
          },
        ],
        totalPrice: '14003',
        currency: 'EUR',
      },
      options,
    ),
  sendAirlineUpdateTemplate: (context, options) =>
    context.sendAirlineUpdateTemplate(
      { ...AIRLINE, updateType: 'delay', updateFlightInfo: FLIGHT },
      options,
    ),
  sendOneTimeNotifReqTemplate: (context, options) =>
    context.sendOneTimeNotifReqTemplate(
      { title: 'When pears are back', payload: 'PEARS' },
      options,
    ),
  sendSenderAction: (context, options) =>
    context.sendSenderAction('typing_on', options),
  typingOn: (context, options) => context.typingOn(options),
  typingOff: (context, options) => context.typingOff(options),
} satisfies Record<string, Send>;

export type SendMethod = keyof typeof SENDS;

export const SEND_METHODS = Object.keys(SENDS) as SendMethod[];
