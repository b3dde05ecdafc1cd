export { personaClients, type PersonaClientsOptions } from './personaClients';
export type { PersonaStats } from './stats';
export type { SweepResult } from './ephemeral/sweep';
export type {
  DirectoryEntries,
  DirectoryEntry,
  ExistingPersona,
} from './directory/entries';
export type { GraphFailure } from './graph/graphFailure';
export type { ListedPersona } from './graph/responses';
export type { RefusalReason } from './errors';
export type { CommonOptions, OnCleanupError, SignText } from './commonOptions';
export type { KeyvLike } from './store/keyv/guardedKeyv';
export type {
  ChannelOf,
  EphemeralPersonaHandle,
  SendMethodOf,
  SpeakingMethods,
} from './context/methodTypes';
export type {
  ClientPersonaMethods,
  KnownClient,
  PersonaClient,
  PersonaClients,
} from './context/clientTypes';
export type { ChannelName, ClientMethodNames } from './channels/methodNames';
export type { Persona, PersonaId, Speaker } from './persona';
export type { EphemeralPersona, PersonaProfile } from './profile';
export {
  ForgottenHandleError,
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
