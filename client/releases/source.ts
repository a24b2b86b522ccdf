/**
 * The source's desk: answers a target's request with sealed representations of only those persons who consented to it.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Cancel, Clock } from '../../core/time/clock.ts';
import { covers, lastDayOf, names } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';
import type { LetterBody } from '../../core/federation/letter.ts';
import { personsInLetter } from '../../core/federation/planned-release.ts';
import type { Purpose } from '../../core/federation/purposes.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { noiseText } from '../../core/release/noise-text.ts';
import { releaseBound, releaseMode } from '../../core/release/registry.ts';
import type { ReleaseMode } from '../../core/release/release.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import { unixSeconds } from '../clock.ts';
import type { PlatformEvent } from '../events.ts';
import type { MemoisedCode, PlatformStore, ReleaseRequest } from '../store/platform-store.ts';
import { inTurns } from '../turns.ts';
import type { InOrder } from '../turns.ts';
import { evenChunks } from './chunks.ts';
import type { SourceMode } from './mode.ts';
import type { People } from '../data/people.ts';
import type { Log } from '../../host/log.ts';

export interface SourceOptions {
  readonly people: People;
  readonly store: Pick<PlatformStore, 'codes' | 'consents' | 'requests'>;
  readonly mode: SourceMode;
  /** Most persons in one answer: a target takes no more. */
  readonly mostPersons: number;
  /** Purposes that a consent must name. Nothing of a person is released by another consent. */
  readonly purposes: readonly Purpose[];
  /** Fingerprint of the plan of this platform's encoder: a code by another encoder is another release. */
  readonly plan: string;
  /** The other platforms of the version in force: a platform that left gets no answer. */
  readonly targets: readonly string[];
  /** Fingerprint of the pseudonym scheme: a code sent under another pseudonym is another release. */
  readonly scheme: string;
  readonly clock: Clock;
  readonly random: RandomStreams;
  readonly log: Log;
  readonly write: (to: string, bodies: readonly LetterBody[]) => void;
  readonly emit: (event: PlatformEvent) => void;
  /** Receives an error of the store in a task that the clock started. */
  readonly onError: (error: unknown) => void;
  /** Orders answers and withdrawals, one after the other. */
  readonly order: InOrder;
}

/** Shortest time between two equal answers: a request is short, but its answer may be long. */
const SAME_ANSWER_PAUSE_MS = 60_000;

/** The encoder of the adopted shared model. It makes the representations of persons, by row of the domain. */
export interface Encoder {
  readonly modelRound: number;
  represent(rows: readonly number[]): Promise<readonly Float32Array[]>;
  /** Unit vectors, row-major [K, dimension], for release mode `cohort`. */
  readonly prototypes?: Float32Array;
}

export class SourceDesk {
  readonly #options: SourceOptions;
  #encoder: Encoder | undefined;
  /** Time of the answer by target, epoch and model, for the last minute. */
  readonly #answeredAt = new Map<string, number>();
  #cancelLater: Cancel = () => undefined;
  /** Number of requests opened per target. */
  readonly #asked = new Map<string, number>();
  /** Withdrawals since the current answer began. */
  readonly #withdrawn = new Set<string>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#cancelLater();
  }

  /**
   * Answers a request once this platform has adopted the requested shared model, and no sooner than a minute after an
   * equal answer.
   */
  request(request: ReleaseRequest): Promise<void> {
    this.#open(request);
    return this.#answer();
  }

  /**
   * Consents are being withdrawn: these persons are left out of every answer from now on, including one that is being
   * made.
   */
  onWithdrawn(persons: readonly string[], target: string | undefined): void {
    for (const person of persons) this.#withdrawn.add(withdrawalOf(person, target));
  }

  /** Consents were added: requests that they concern are answered again, completely. */
  onConsents(consents: readonly Consent[]): Promise<void> {
    for (const request of this.#requests()) {
      const concerns = consents.some(({ target, epoch }) => target === request.target && epoch === request.epoch);
      if (!concerns) continue;
      this.#open(request);
      if (this.#encoder !== undefined) this.#answeredAt.delete(answerOf(request, this.#encoder));
    }
    return this.#answer();
  }

  /** The rounds are over, and releases are made with this shared model. */
  adopt(encoder: Encoder): Promise<void> {
    const isFirst = this.#encoder === undefined;
    this.#encoder = encoder;
    if (isFirst) this.#reopen();
    return this.#answer();
  }

  #requests(): ReturnType<PlatformStore['requests']['list']> {
    const { store, targets } = this.#options;
    return store.requests.list().filter(({ target }) => targets.includes(target));
  }

  #open(request: ReleaseRequest): void {
    this.#options.store.requests.put(request);
    this.#asked.set(request.target, (this.#asked.get(request.target) ?? 0) + 1);
  }

  /**
   * Opens answered requests again if a consent came later: one recorded while no agent ran, or shortly before it was
   * killed.
   */
  #reopen(): void {
    for (const request of this.#requests()) if (request.isAnswered && this.#owes(request)) this.#open(request);
  }

  /** True if a person who may be released to this target has no code yet and may get one. */
  #owes({ target, epoch }: ReleaseRequest): boolean {
    const { people, store, mode, purposes, clock } = this.#options;
    if (releaseBound(mode.name) === 'nothing-sent') return false;
    const now = unixSeconds(clock);
    return store.consents.list({ target, epoch }).some((consent) => {
      const row = people.rowOf(consent.person);
      if (row === undefined || !people.hasHistory(row) || !covers(consent, target, epoch, now)) return false;
      if (!names(consent, purposes)) return false;
      const known = store.codes.get(epoch, target, consent.person);
      return known === undefined || (known.vector.length === 0 && mode.epsilon0 === null);
    });
  }

  #answer(): Promise<void> {
    return this.#options.order.do(async () => {
      const encoder = this.#encoder;
      if (encoder === undefined) return;
      const { requests } = this.#options.store;
      for (const request of this.#requests()) {
        if (request.isAnswered || request.modelRound > encoder.modelRound) continue;
        const answer = answerOf(request, encoder);
        if (this.#wasJustGiven(answer)) continue;
        this.#withdrawn.clear();
        const asked = this.#asked.get(request.target);
        await this.#answerOne(request, encoder);
        // Consents or another request may have arrived meanwhile. They are answered next.
        if (this.#asked.get(request.target) !== asked) continue;
        requests.answered(request.target);
        this.#answeredAt.set(answer, this.#options.clock.now());
      }
    });
  }

  /** True if the same answer was given less than a minute ago. It is then scheduled for later. */
  #wasJustGiven(answer: string): boolean {
    const { clock, onError } = this.#options;
    const now = clock.now();
    for (const [given, at] of this.#answeredAt) {
      if (now - at >= SAME_ANSWER_PAUSE_MS) this.#answeredAt.delete(given);
    }
    const at = this.#answeredAt.get(answer);
    if (at === undefined) return false;
    this.#cancelLater();
    this.#cancelLater = clock.after(at + SAME_ANSWER_PAUSE_MS - now, () => void this.#answer().catch(onError));
    return true;
  }

  async #answerOne({ target, epoch }: ReleaseRequest, encoder: Encoder): Promise<void> {
    const { mode, mostPersons, emit, log } = this.#options;
    const made = releaseBound(mode.name) === 'nothing-sent' ? [] : await this.#release(target, epoch, encoder);
    const covered = made.filter(({ code: { person } }) => !this.#hasWithdrawn(person, target));
    // Sorted by pseudonym, because the order of the platform's own ids would reveal something about them.
    const released = covered.sort(byPseudonym).slice(0, mostPersons);
    if (released.length < covered.length) {
      const remedy = 'put the number of persons that this platform has into the manifest';
      log.error('more persons consented than the manifest lets a target take', { target, mostPersons, remedy });
    }
    const isEmpty = released.length === 0;
    const dimension = isEmpty ? 0 : mode.dimension;
    const sent = isEmpty ? releaseMode('none') : mode.of(encoder.prototypes);
    const noise = noiseText(sent.noiseModel);
    const cohorts = noise.prototypes.length / Math.max(1, dimension);
    const longest = released.reduce((most, { code }) => Math.max(most, code.pseudonym.length), 0);
    const groups = evenChunks(released, personsInLetter(dimension, cohorts, longest));
    const parts = groups.length;
    let persons = 0;
    for (const [part, group] of groups.entries()) {
      if (part > 0) await turn();
      // Persons may withdraw their consents between two letters. No later letter names them.
      const still = group.filter(({ code: { person } }) => !this.#hasWithdrawn(person, target));
      const letter: LetterBody = {
        kind: 'release-batch',
        epoch,
        modelRound: encoder.modelRound,
        part,
        parts,
        mode: sent.name,
        ...noise,
        dimension,
        persons: still.map(({ code }) => code.pseudonym),
        expires: Uint32Array.from(still, ({ expires }) => lastDayOf(expires)),
        vectors: rowsOf(still, dimension),
      };
      this.#options.write(target, [letter]);
      persons += still.length;
    }
    emit({ kind: 'released', target, persons, parts });
    if (released.length === 0)
      log.info('nobody is released: no consent in force covers the request', { target, epoch });
    else log.info('representations released', { target, persons, parts, epoch, mode: sent.name });
  }

  /**
   * One code per person with a consent in force. It is the stored code, or a code that is drawn now and stored before
   * it leaves.
   */
  async #release(target: string, epoch: number, encoder: Encoder): Promise<readonly Released[]> {
    const { people, store, mode, plan, purposes, scheme, clock, log } = this.#options;
    const now = unixSeconds(clock);
    const all = store.consents.list({ target, epoch });
    const consents = all.filter((consent) => names(consent, purposes));
    if (consents.length < all.length) {
      const remedy = `record consents that name it: isthmus consent add --also ${purposes.join(' ')}`;
      log.warn('consents do not name what this federation sends, so nothing is released by them', {
        consents: all.length - consents.length,
        remedy,
      });
    }
    const dueOf = (some: readonly Consent[]): Due[] =>
      some.flatMap((consent) => {
        const row = people.rowOf(consent.person);
        const isDue = row !== undefined && people.hasHistory(row) && covers(consent, target, epoch, now);
        return isDue ? [{ ...consent, row, pseudonym: people.pseudonyms[row] }] : [];
      });
    const due = (await inTurns(consents, dueOf)).flat();
    if (due.length === 0) return [];
    const tag = `${mode.name} ${mode.epsilon0 ?? 'unbounded'} ${mode.dimension} ${plan} ${scheme}${fingerprint(encoder)}`;
    const made = { tag, encoder, mode: mode.of(encoder.prototypes), target, epoch };
    let withheld = 0;
    const releaseSome = async (some: readonly Due[]): Promise<readonly Released[]> => {
      const current: Released[] = [];
      const fresh: Due[] = [];
      for (const one of some) {
        const code = store.codes.get(epoch, target, one.person);
        const isCurrent = code?.mode === tag && code.modelRound === encoder.modelRound && code.vector.length > 0;
        if (code !== undefined && isCurrent) current.push({ code, expires: one.expires });
        // A second random code of one person in one epoch would spend epsilon0 a second time.
        else if (code !== undefined && mode.epsilon0 !== null) withheld += 1;
        else fresh.push(one);
      }
      return [...current, ...(await this.#draw(fresh, made))];
    };
    const released = (await inTurns(due, releaseSome)).flat();
    if (withheld > 0) {
      const remedy = 'ask in a new epoch';
      log.warn(
        'some persons get no code: theirs of this epoch was withdrawn, or made with another mode, model, plan or pseudonym key, and no code is drawn twice per epoch',
        { withheld, remedy },
      );
    }
    return released;
  }

  /** Draws codes, and stores them before it returns them. */
  async #draw(
    due: readonly Due[],
    {
      tag,
      encoder,
      mode,
      target,
      epoch,
    }: { tag: string; encoder: Encoder; mode: ReleaseMode; target: string; epoch: number },
  ): Promise<readonly Released[]> {
    const { store, random } = this.#options;
    if (due.length === 0) return [];
    const representations = await encoder.represent(due.map(({ row }) => row));
    const drawn = due.flatMap(({ person, pseudonym, expires }, index): Released[] => {
      // One stream per person: a code must not depend on who else is released, or on when they were.
      const vector = mode.release(representations[index], random.of(`code/${epoch}/${target}/${pseudonym}`));
      if (vector === null) return [];
      return [{ code: { person, pseudonym, vector, mode: tag, modelRound: encoder.modelRound }, expires }];
    });
    store.codes.put(
      epoch,
      target,
      drawn.map(({ code }) => code),
    );
    return drawn;
  }

  #hasWithdrawn(person: string, target: string): boolean {
    return this.#withdrawn.has(withdrawalOf(person, target)) || this.#withdrawn.has(withdrawalOf(person, undefined));
  }
}

interface Due extends Consent {
  readonly row: number;
  readonly pseudonym: string;
}

interface Released {
  readonly code: MemoisedCode;
  readonly expires: number;
}

/** Key of a withdrawal of one person's consents, for one target or for all. */
function withdrawalOf(person: string, target: string | undefined): string {
  return JSON.stringify([person, target ?? null]);
}

function answerOf({ target, epoch }: ReleaseRequest, { modelRound }: Encoder): string {
  return `${target} ${epoch} ${modelRound}`;
}

function byPseudonym(a: { readonly code: MemoisedCode }, b: { readonly code: MemoisedCode }): number {
  return a.code.pseudonym < b.code.pseudonym ? -1 : 1;
}

/** Fingerprint of the prototypes, if there are any: the same code among other prototypes is another release. */
function fingerprint({ prototypes }: Encoder): string {
  if (prototypes === undefined) return '';
  const bytes = new Uint8Array(prototypes.buffer, prototypes.byteOffset, prototypes.byteLength);
  return ` ${createHash('sha256').update(bytes).digest('hex')}`;
}

function rowsOf(group: readonly { readonly code: MemoisedCode }[], dimension: number): Float32Array {
  const vectors = new Float32Array(group.length * dimension);
  group.forEach(({ code }, row) => vectors.set(code.vector, row * dimension));
  return vectors;
}
