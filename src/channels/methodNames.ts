import type { CHANNELS } from './index';

// What the compiler knows of the channels, from the types of their files.

type Registered = (typeof CHANNELS)[number];

/** A channel, as Bottender's contexts name it. */
export type ChannelName = Registered['platform'];

/** The names of the methods of contexts that send, by platform. */
export type SendMethodNames = {
  [C in Registered as C['platform']]: NonNullable<C['methods']>['context'];
};

/** The names of the methods of clients that send. */
export type ClientMethodNames = {
  [C in Registered as C['platform']]: NonNullable<C['methods']>['client'];
};

/** What only the clients of a channel have. */
export type ClientMarks = {
  [C in Registered as C['platform']]: Record<C['ownMethod'], unknown>;
};
