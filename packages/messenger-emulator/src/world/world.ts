import { Addresses } from './addresses';
import { Attachments } from './attachments';
import { Changes } from './changes';
import { Conversations } from './conversations';
import type { EmulatorPageOptions, Settings } from '../options';
import { Logins } from './logins';
import { Personas } from './personas';
import { Profiles } from './profiles';
import { RateLimits } from './rateLimits';
import { RequestLog } from './requestLog';
import { Threads } from './threads';
import type { EmulatorState, Referral } from '../types';
import { Clock } from '../values/clock';
import { BoundedMap } from '../values/boundedMap';
import { Webhooks } from '../webhooks/webhooks';

const ARRIVALS_KEPT = 10_000;

/** The state of the emulated Messenger. */
export class World {
  readonly changes = new Changes();
  readonly clock: Clock;
  readonly rateLimits: RateLimits;
  readonly personas: Personas;
  readonly conversations: Conversations;
  readonly attachments: Attachments;
  readonly requests: RequestLog;
  readonly profiles = new Profiles(this.changes);
  readonly addresses = new Addresses();
  /** Referrals of customers who have not started a conversation yet. */
  readonly arrivals = new BoundedMap<Referral>(ARRIVALS_KEPT);
  readonly logins: Logins;
  readonly threads: Threads;
  readonly webhooks: Webhooks;

  constructor(
    readonly settings: Settings,
    readonly origin: string,
    closing: AbortSignal,
  ) {
    this.clock = new Clock(settings.now);
    this.rateLimits = new RateLimits(settings.rateLimits, this.clock);
    this.personas = new Personas(origin, this.changes);
    this.threads = new Threads(settings.appId);
    this.conversations = new Conversations(
      settings.european,
      this.threads,
      this.changes,
    );
    this.logins = new Logins(origin);
    this.attachments = new Attachments(origin);
    this.requests = new RequestLog(settings, this.changes, this.clock);
    this.webhooks = new Webhooks(settings, this.clock, closing);
  }

  page(id: string): EmulatorPageOptions | undefined {
    return this.settings.pages.find((page) => page.id === id);
  }

  /** Deletes everything except the webhook's URL and subscriptions. */
  reset(): void {
    this.personas.clear();
    this.conversations.clear();
    this.attachments.clear();
    this.requests.clear();
    this.profiles.clear();
    this.threads.clear();
    this.rateLimits.clear();
    this.clock.reset();
    this.addresses.clear();
    this.arrivals.clear();
    this.logins.clear();
    this.webhooks.dropHeld();
    this.changes.emit({ type: 'reset' });
  }

  state(): EmulatorState {
    return {
      pages: this.settings.pages.map(({ id, name }) => ({ id, name })),
      personas: this.personas.state(),
      conversations: this.conversations.state(),
      requests: this.requests.rows(),
    };
  }
}
