/**
 * All releases of one platform: its consents, its desk as a source, and its desk as a target.
 * @module
 */
import { consentTargets } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';
import type { LetterBody } from '../../core/federation/letter.ts';
import { encoderFingerprint, plannedRelease } from '../../core/federation/planned-release.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { ConsentBook } from '../consent-book.ts';
import type { Context } from '../context.ts';
import type { ReceivedVersion } from '../store/platform-store.ts';
import { sourceMode } from './mode.ts';
import type { IncomingLetter } from './post.ts';
import type { People } from '../data/people.ts';
import { SourceDesk } from './source.ts';
import type { Encoder } from './source.ts';
import { TargetDesk } from './target.ts';
import { ofTeachers } from './teachers.ts';
import { unixSeconds } from '../clock.ts';
import { inTurns, InOrder } from '../turns.ts';
import { Withdrawals } from './withdrawals.ts';
import { releaseBound } from '../../core/release/registry.ts';
import { Listeners } from '../../host/listeners.ts';

type Needed =
  | ('manifest' | 'identity' | 'plan' | 'store' | 'pseudonyms' | 'receives' | 'epoch' | 'releaseTimeoutMs')
  | ('random' | 'clock' | 'log' | 'emit' | 'onError' | 'signal');

export interface OfficeOptions extends Context<Needed> {
  readonly people: People;
  readonly write: (to: string, bodies: readonly LetterBody[]) => void;
}

const DEFAULT_EPOCH = 1;
const DEFAULT_RELEASE_TIMEOUT_MS = 600_000;

export class ReleaseOffice {
  readonly #options: OfficeOptions;
  readonly #received: Listeners<undefined>;
  readonly #source: SourceDesk | undefined;
  readonly #withdrawals: Withdrawals;
  readonly #target: TargetDesk | undefined;
  /** Orders changes of consents: a consent given during a withdrawal counts as later. */
  readonly #changes = new InOrder();
  /** Orders answers and withdrawals: a target obeys the later letter. */
  readonly #letters = new InOrder();

  constructor(options: OfficeOptions) {
    this.#options = options;
    const { plan, people, emit, write, onError, store, clock, random, log, pseudonyms, identity } = options;
    const { manifest, receives = true } = options;
    this.#received = new Listeners(onError);
    const targets = manifest.platforms.map(({ name }) => name).filter((name) => name !== identity.name);
    this.#withdrawals = new Withdrawals({ targets, codes: store.codes, consents: store.consents, log, write, emit });
    if (pseudonyms === undefined) {
      log.warn('no pseudonym scheme: this platform takes part in rounds, but releases and receives nothing');
      return;
    }
    const { release } = manifest.privacy;
    const releasing = plan.shape.platforms.filter(({ releases }) => releases).map(({ name }) => name);
    const planned = plannedRelease(plan, identity.name);
    const desk = { clock, log, emit, write };
    this.#source = new SourceDesk({
      ...desk,
      people,
      store,
      random,
      mode: sourceMode(planned),
      mostPersons: planned.mostPersons,
      purposes: planned.purposes,
      plan: encoderFingerprint(plan, identity.name),
      targets,
      scheme: pseudonyms.fingerprint,
      onError,
      order: this.#letters,
    });
    this.#warnOfIdleConsents();
    if (!receives) return;
    this.#target = new TargetDesk({
      ...desk,
      received: store.received,
      sources: releaseBound(release) === 'nothing-sent' ? [] : releasing.filter((name) => name !== identity.name),
      planned: (source) => plannedRelease(plan, source),
      epoch: options.epoch ?? DEFAULT_EPOCH,
      onChange: () => this.#received.emit(undefined),
      onError,
    });
  }

  /**
   * Carries out withdrawals that were recorded while no agent ran. It must finish before anybody is released, because a
   * consent given afterwards is a new one.
   */
  async begin(): Promise<void> {
    await this.#letters.do(() => this.#withdrawals.carryOut());
  }

  /**
   * From now on answers requests with this encoder, and requests representations of the same shared model from the
   * others.
   */
  open(encoder: Encoder): void {
    this.#tried(this.#source?.adopt(encoder));
    this.#target?.ask(encoder.modelRound);
  }

  /** Calls the listener after the stored representations of other platforms changed. @returns a function that ends it. */
  onReceived(listener: () => void): () => void {
    return this.#received.on(listener);
  }

  /** Resolves once every source has answered completely, or the time is up. @throws the signal's reason. */
  async answers(): Promise<void> {
    const { clock, log, signal, releaseTimeoutMs = DEFAULT_RELEASE_TIMEOUT_MS } = this.#options;
    const missing = (): readonly string[] => this.#target?.missing() ?? [];
    const ends: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (signal.aborted || missing().length === 0) resolve();
      };
      ends.push(
        this.onReceived(look),
        clock.after(releaseTimeoutMs, () => {
          log.warn('some sources did not answer in time; continuing without them', { missing: missing().join(', ') });
          resolve();
        }),
        () => signal.removeEventListener('abort', look),
      );
      signal.addEventListener('abort', look);
      look();
    });
    for (const end of ends) end();
    signal.throwIfAborted();
  }

  /** The requested version. A platform that requests nothing has one that nobody answers. */
  get version(): ReceivedVersion {
    return this.#target?.version ?? { epoch: this.#options.epoch ?? DEFAULT_EPOCH, modelRound: 0 };
  }

  representations(version: ReceivedVersion): readonly ReceivedRepresentations[] {
    return this.#target?.representations(version) ?? [];
  }

  /** What was received, in the requested version, of the persons who teach the map here. */
  linked(): readonly ReceivedRepresentations[] {
    const { store, identity, clock, people } = this.#options;
    return ofTeachers(this.representations(this.version), {
      platform: identity.name,
      epoch: this.version.epoch,
      now: unixSeconds(clock),
      people,
      consents: store.consents.list({ target: identity.name }),
    });
  }

  /** @throws FederationError LETTER_INVALID. */
  onLetter(from: string, { body, order }: IncomingLetter): void {
    switch (body.kind) {
      case 'release-request':
        this.#tried(this.#source?.request({ target: from, epoch: body.epoch, modelRound: body.modelRound }));
        return;
      case 'release-batch':
        this.#target?.onBatch(from, body, order);
        return;
      case 'release-withdrawal':
        // A platform that no longer receives may still hold representations from earlier.
        if (this.#target !== undefined) this.#target.onWithdrawal(from, body.persons, order);
        else this.#options.store.received.withdraw(from, order, body.persons);
        return;
      case 'letter-key':
      case 'letter-key-closed':
        // The post has handled these.
        return;
    }
  }

  /** The consents on record, with the operations that change them. */
  get book(): ConsentBook {
    const { plan, identity, store, clock } = this.#options;
    return {
      platform: identity.name,
      platforms: consentTargets(plan, identity.name),
      consents: store.consents,
      now: () => unixSeconds(clock),
      knows: (person) => this.#options.people.rowOf(person) !== undefined,
      add: (consents) =>
        this.#changes.do(async () => {
          await inTurns(consents, (some) => store.consents.add(some));
          this.#tried(this.#source?.onConsents(consents));
        }),
      withdraw: async (persons, target) => {
        const revoked = await this.#changes.do(() => this.#withdrawals.revoke(persons, target));
        this.#source?.onWithdrawn(persons, target);
        await this.#letters.do(() => this.#withdrawals.carryOut());
        return revoked;
      },
    };
  }

  /** Warns of consents that release nobody, because of a mistyped name or data of another day. */
  #warnOfIdleConsents(): void {
    const { store, log, plan, identity, people } = this.#options;
    const consents = store.consents.list({});
    const unknown = unknownAmong(consents, people);
    if (unknown > 0) log.warn('consents on record of persons that the data does not hold', { persons: unknown });
    const targets = consentTargets(plan, identity.name);
    const astray = consents.filter(({ target }) => !targets.includes(target)).length;
    if (astray > 0) {
      log.warn(
        'consents on record for targets that this federation does not have: nobody is released by them; see "isthmus consent list"',
        { consents: astray },
      );
    }
  }

  /** Nobody awaits this work, so its errors go to `onError`: a store that cannot be written, or failed work. */
  #tried(work: Promise<void> | undefined): void {
    work?.catch(this.#options.onError);
  }

  stop(): void {
    this.#source?.stop();
    this.#target?.stop();
  }
}

function unknownAmong(consents: readonly Consent[], people: People): number {
  return new Set(consents.map(({ person }) => person).filter((person) => people.rowOf(person) === undefined)).size;
}
