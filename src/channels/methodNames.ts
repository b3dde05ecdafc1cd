/** The names of the methods of contexts that send, by platform; for types. */
export interface SendMethodNames {
  messenger: `send${string}` | 'typingOn' | 'typingOff';
  line: `${'reply' | 'push' | 'send'}${string}`;
  slack: 'sendText' | 'postMessage' | 'postEphemeral' | 'chat';
  viber: `send${string}`;
  telegram: `send${string}`;
  whatsapp: 'sendText';
}

/** A channel, as Bottender's contexts name it. */
export type ChannelName = keyof SendMethodNames;

/** The names of the methods of clients that send; for types. */
export interface ClientMethodNames {
  messenger: `send${string}` | 'typingOn' | 'typingOff';
  line: `${'reply' | 'push' | 'multicast' | 'narrowcast' | 'broadcast'}${string}`;
  slack: 'postMessage' | 'postEphemeral' | 'chat';
  viber: `${'send' | 'broadcast'}${string}`;
  telegram: `send${string}`;
  whatsapp: 'createMessage';
}

/** What only the clients of a channel have; at run time each channel's `recognisedBy`. */
export interface ClientMarks {
  messenger: { createPersona: unknown };
  line: { replyRawBody: unknown };
  slack: { callMethod: unknown };
  viber: { broadcastMessage: unknown };
  telegram: { sendChatAction: unknown };
  whatsapp: { createMessage: unknown };
}
