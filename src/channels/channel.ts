/**
 * What a channel is: one file beside this one says which methods of Bottender's
 * contexts are covered, how a message shows who speaks, within which limits, and
 * which answers refuse that. To add a channel, add a file, and its line in `index.ts`.
 *
 * A face is what customers see of who speaks: a name and a picture.
 */
import type { Where } from '../errors';
import type { PersonaProfile } from '../profile';

/** A message, or the options of one: what a face is put into. */
export type Message = Readonly<Record<string, unknown>>;

/** Where a covered method takes what a face is put into. */
export interface FacePlace {
  /** What that argument is; left out, options or a single message. */
  readonly holds?: 'messages';
  /** The position of that argument. */
  readonly at: number;
  /** The position of another in which the caller may have put a face; the face in it wins. */
  readonly also?: number;
  /**
   * The position of a text that can say who speaks where no face is shown.
   * `inside`: it is in the message, and a method that signs has called this one.
   */
  readonly text?: number | 'inside';
}

/** A profile as a channel shows it. */
export interface Dress {
  /** What a message gets. */
  readonly face: Message;
  /** What cannot be shown, for people. */
  readonly missing?: string;
}

/** Why a channel did not show a face. */
export interface FaceRefusal {
  /** What it answered. */
  readonly message: string;
  readonly status?: number;
  /** Which of the call's messages it is about, by position; left out: no face would be taken. */
  readonly of?: readonly number[];
}

/** Where a covered method takes the ID of a persona. */
export interface IdPlace {
  /** The position of its options. */
  readonly at: number;
  /** The position of a text that can say who speaks where the persona is refused. */
  readonly text?: number;
  /** The position of a sender action: personas have only some. */
  readonly action?: number;
  /** The kind of attachment that a file's contents, in the first argument, make. */
  readonly upload?: 'image' | 'audio' | 'video' | 'file';
}

/** A channel on which a message carries a persona's ID: the sends end in Messenger, or in a console. */
export interface IdChannel<
  Platform extends string = string,
  Method extends string = string,
> {
  readonly carries: 'id';
  /** As Bottender's contexts name it. */
  readonly platform: Platform;
  /** The covered methods. */
  readonly methods: Readonly<Record<Method, IdPlace>>;
}

/** A channel on which nothing exists beforehand: each message carries the profile itself, or the channel shows none. */
export interface FaceChannel<
  Platform extends string = string,
  Method extends string = string,
> extends Where {
  readonly carries: 'face';
  /** As Bottender's contexts name it. */
  readonly platform: Platform;
  /** The covered methods of its contexts; those of `bundles` with a dot. */
  readonly methods: Readonly<Record<Method, FacePlace>>;
  /** Objects of functions that a context has as its own. */
  readonly bundles?: readonly string[];
  /** How a profile looks here; left out where nothing can carry it. */
  readonly dress?: (profile: PersonaProfile) => Dress;
  /** What of a message is its face, or most of it: a caller that has put it in has given the message one. */
  readonly facePart?: string;
  /**
   * Where the channel's answers are seen to: methods of the contexts beneath
   * which no wrapper of others stands, or of their client.
   */
  readonly ends?: {
    /** Covered methods, each with the one of Bottender's class that another attempt calls. */
    readonly methods?: Readonly<Record<string, string>>;
    /** Methods of the client, with the position of their messages. */
    readonly client?: Readonly<Record<string, number>>;
  };
  /**
   * As whom a client speaks, where that decides whether faces are taken: what
   * one is refused may be granted to the next. No secret.
   */
  readonly accountOf?: (client: unknown) => string;
  /** What the channel refused, if that is definite and about the face. */
  readonly readRefusal?: (error: unknown) => FaceRefusal | undefined;
  /** What it says of a message that it took without showing this face. */
  readonly readIgnored?: (answer: unknown, face: Message) => string | undefined;
}

export type Channel = IdChannel | FaceChannel;
