/** What both entries export, with Bottender and without. */
export type { PersonaStats } from './stats';
export type { OnCleanupError } from './ephemeral/leases';
export type { SweepResult } from './ephemeral/sweep';
export type {
  DirectoryEntries,
  DirectoryEntry,
  ExistingPersona,
} from './directory/entries';
export type { GraphFailure } from './graph/graphFailure';
export type { ListedPersona } from './graph/responses';
export type { RefusalReason } from './errors';
export type { CommonOptions, SignText } from './commonOptions';
export type { KeyvLike } from './store/keyv/guardedKeyv';
export type { SharedStore } from './store/sharedStore';
export type {
  ChannelOf,
  EphemeralPersonaHandle,
  SendMethodOf,
  SpeakingMethods,
} from './context/methodTypes';
export type {
  ClientPersonaMethods,
  ConversationControls,
  KnownClient,
  PersonaClients,
} from './context/clientTypes';
export type { ChannelName, ClientMethodNames } from './channels';
export type { Persona, PersonaId, Speaker } from './persona';
export type { EphemeralPersona, PersonaKind, PersonaProfile } from './profile';
export type {
  DecidedBy,
  DisclosureAbout,
  DisclosureMoment,
  DisclosureOptions,
  SentMessage,
} from './disclosureOptions';
export {
  ForgottenHandleError,
  HumanAgentTagError,
  InvalidOptionError,
  InvalidPersonaError,
  InvalidProfileError,
  PersonaCleanupError,
  PersonaError,
  PersonaRefusedError,
  PersonaStoreError,
  PersonaSuspectedError,
  ReleasedHandleError,
  UnknownPageError,
  UnsupportedSenderActionError,
} from './errors';
