/**
 * The preview of a release: what a target would be told about one person, shown to the person or to the platform's privacy
 * officer. It is this platform's own data, answered on loopback: no letter carries it, and no target can ask for it. It draws no
 * code and records nothing.
 * @module
 */
import { covers, names } from '../../core/federation/consent.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { plannedRelease } from '../../core/federation/planned-release.ts';
import type { PlannedRelease } from '../../core/federation/planned-release.ts';
import type { Purpose } from '../../core/federation/purposes.ts';
import { unitDirection } from '../../core/release/privunit.ts';
import { bitsOf, WHOLE_BITS } from '../../core/release/quantise.ts';
import { releaseBound } from '../../core/release/registry.ts';
import type { ReleaseBound } from '../../core/release/release.ts';
import { unixSeconds } from '../clock.ts';
import type { Context } from '../context.ts';
import type { People } from '../data/people.ts';
import type { LocalEncoder } from '../encoder.ts';
import { PlatformError } from '../errors.ts';
import { InOrder } from '../turns.ts';
import type { Shown } from '../work/shown.ts';
import type { Workshop } from '../work/workshop.ts';

export interface Preview {
  readonly warnings: readonly string[];
  readonly source: string;
  readonly target: string;
  /** `none` if this platform sends nothing of this person. */
  readonly release: string;
  /** Under `epsilon0` the target receives only a random code of the representation. */
  readonly bound: ReleaseBound;
  /** Epsilon of one code; null if nothing bounds it. */
  readonly epsilon0: number | null;
  /** Numbers that the target would receive. */
  readonly numbers: number;
  /** Bits of these numbers: the most that one answer tells in them. */
  readonly bits: number;
  /** What the target can work out, in words for the person; or the reason why nothing is sent. */
  readonly claim: string;
  /** Purposes that a consent must name before anything is sent. */
  readonly needs: readonly Purpose[];
  readonly consents: readonly PreviewedConsent[];
  /** Round of the shared model that makes the representation; null if nothing is sent. */
  readonly modelRound: number | null;
  /** The representation's direction, of length 1, before the release mode; empty if nothing is sent. */
  readonly representation: readonly number[];
  /** Number of items in the history here. */
  readonly history: number;
  /** Its latest items, those that count most first; empty if nothing is sent. */
  readonly items: readonly PreviewedItem[];
}

export interface PreviewedConsent {
  readonly epoch: number;
  /** Unix seconds. */
  readonly expires: number;
  readonly also?: readonly Purpose[];
  /** True if something may be sent by it now: it has not expired, and names what `needs` lists. */
  readonly inForce: boolean;
}

export interface PreviewedItem {
  readonly item: string;
  readonly title?: string;
  /** 1 minus the cosine between the representations with and without the item; absent if only the history itself is sent. */
  readonly influence?: number;
  /** Weight that the encoder itself gives the item; absent if it computes none. */
  readonly weight?: number;
  /** Present if the target receives the item itself. */
  readonly sent?: true;
}

export interface PreviewOptions extends Context<'plan' | 'identity' | 'statement' | 'store' | 'pseudonyms' | 'clock'> {
  readonly people: People;
  readonly workshop: Pick<Workshop, 'show'>;
  readonly encoder: Pick<LocalEncoder, 'modelRound'>;
}

/** Longest wait for the thread that has the encoder. A round may keep it busy for long. */
const MOST_WAIT_MS = 20_000;

export class PreviewDesk {
  readonly #options: PreviewOptions;
  readonly #planned: PlannedRelease;
  /** One question at a time is on the thread: questions that are asked again would add up there, and delay rounds. */
  readonly #order = new InOrder();

  constructor(options: PreviewOptions) {
    this.#options = options;
    this.#planned = plannedRelease(options.plan, options.identity.name);
  }

  /**
   * @param person own id.
   * @param notReady the error of a platform that has no encoder yet.
   * @throws FederationError CONSENT_INVALID for a target that is no other platform, CONSENT_UNKNOWN; PlatformError
   *   PLATFORM_NOT_READY.
   */
  async of(person: string, target: string, notReady: () => PlatformError): Promise<Preview> {
    const { encoder, identity, people, statement, plan } = this.#options;
    const others = plan.manifest.platforms.map(({ name }) => name).filter((name) => name !== identity.name);
    if (!others.includes(target)) {
      const text = `the target is none of the other platforms of this federation (${others.join(', ')})`;
      throw new FederationError('CONSENT_INVALID', text);
    }
    const row = people.rowOf(person);
    if (row === undefined) {
      const text = `this platform's data holds no such person, or none of the person's rows count: nothing is sent. Correct the id`;
      throw new FederationError('CONSENT_UNKNOWN', text);
    }
    const { domain } = people;
    const whom = {
      ...{ warnings: statement.warnings, source: identity.name, target },
      consents: this.#consents(person, target),
      history: domain.offsets[row + 1] - domain.offsets[row],
    };
    const nothing = this.#whyNothing(row);
    if (nothing !== undefined) return { ...whom, ...NOTHING, claim: nothing };
    const { modelRound } = encoder;
    if (modelRound === undefined) throw notReady();
    const shown = await this.#shown(row);
    const { mode, epsilon0, dimension, cohorts, history: box, purposes } = this.#planned;
    const bound = releaseBound(mode);
    const form = {
      source: identity.name,
      codes: cohorts,
      scales: new Float32Array(dimension),
      ...(box && { history: box }),
    };
    return {
      ...whom,
      ...{ release: mode, bound, epsilon0: bound === 'epsilon0' ? epsilon0 : null, modelRound },
      numbers: dimension,
      bits: bitsOf([form], WHOLE_BITS),
      claim: statement.claims.find(({ id }) => id === 'C3')?.plain ?? '',
      needs: purposes,
      representation: [...(unitDirection(shown.representation) ?? shown.representation)].map(Math.fround),
      items: this.#items(row, shown),
    };
  }

  #consents(person: string, target: string): readonly PreviewedConsent[] {
    const { clock, store } = this.#options;
    const now = unixSeconds(clock);
    return store.consents.list({ person, target }).map((consent) => {
      const { also, epoch, expires } = consent;
      const inForce = covers(consent, target, epoch, now) && names(consent, this.#planned.purposes);
      return { epoch, expires, ...(also && { also }), inForce };
    });
  }

  /** The reason why this platform sends nothing of the person, whatever the consents are; undefined if it may send something. */
  #whyNothing(row: number): string | undefined {
    const { identity, people, plan, pseudonyms } = this.#options;
    if (releaseBound(plan.manifest.privacy.release) === 'nothing-sent') {
      return 'No platform of this federation sends anything of one person.';
    }
    if (releaseBound(this.#planned.mode) === 'nothing-sent')
      return `${identity.name} is no source of this federation, so it sends nothing.`;
    if (pseudonyms === undefined) return `${identity.name} runs without a pseudonym key, so it sends nothing.`;
    return people.hasHistory(row) ? undefined : 'There is no history here, so nothing is sent.';
  }

  async #shown(row: number): Promise<Shown> {
    const { clock, workshop } = this.#options;
    let cancel = (): void => undefined;
    let isLate = false;
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(MOST_WAIT_MS, () => {
        isLate = true;
        reject(new PlatformError('PLATFORM_NOT_READY', 'the encoder is busy with a round: ask again later'));
      });
    });
    try {
      // Nobody waits for a late answer any more.
      return await Promise.race([this.#order.do(() => (isLate ? late : workshop.show(row))), late]);
    } finally {
      cancel();
    }
  }

  #items(row: number, { influences, latest, weights }: Shown): readonly PreviewedItem[] {
    const { catalogue, items, offsets, titles } = this.#options.people.domain;
    const end = offsets[row + 1];
    const slots = this.#planned.history?.slots ?? 0;
    const shown = Array.from({ length: latest }, (_, i) => {
      const place = end - latest + i;
      const title = titles?.[items[place]];
      return {
        item: catalogue[items[place]],
        ...(title !== undefined && title !== '' && { title }),
        ...(influences && { influence: influences[i] }),
        ...(weights && { weight: weights[i] }),
        ...(place >= end - slots && { sent: true as const }),
      };
    });
    // The latest come first among items that count alike.
    return shown.reverse().sort((a, b) => countOf(b) - countOf(a));
  }
}

const countOf = ({ influence, weight }: PreviewedItem): number => weight ?? influence ?? 0;

const NOTHING: Omit<Preview, 'warnings' | 'source' | 'target' | 'claim' | 'consents' | 'history'> = {
  ...{ release: 'none', bound: 'nothing-sent', epsilon0: null, numbers: 0, bits: 0, modelRound: null },
  ...{ needs: [], representation: [], items: [] },
};
