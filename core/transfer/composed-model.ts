/**
 * One platform's part of an encoder. It holds the platform's rows, and hands the pieces one history at a time.
 * @module
 */
import type { Domain, History } from '../data/domain.ts';
import { catalogueOf, historyOf } from '../data/select.ts';
import type { ChargedSums, Contribution } from '../privacy/mechanism/mechanism.ts';
import { trainPrototypes } from '../release/cohort.ts';
import type { ReceivedRepresentations } from '../release/release.ts';
import type { Chosen } from './piece.ts';
import type { EncoderContext, PlatformModel, PublicRelease, SharedModel } from './encoder.ts';
import { prototypeSettings } from './encoder/release-shape.ts';
import { TransferError } from './errors.ts';
import type { PerPerson, PersonSums } from './per-person.ts';
import type { Law } from './law.ts';
import { isSource, publicPlatform } from './public-shape.ts';
import { linkedPersons } from './training/linked-person.ts';
import { linkedProducts } from './training/linked-products.ts';
import type { Trainee, Training } from './training/training.ts';
import type { Attend, Encode, Made, View } from './views/view.ts';

export interface Composition {
  readonly name: string;
  readonly law: Law;
  readonly views: readonly Chosen<View>[];
  readonly training: Chosen<Training> | undefined;
  /** True if the rounds come after the releases, and linked persons teach a map in them. */
  readonly learnsMap: boolean;
  /** Width of each view. */
  readonly widths: readonly number[];
  /** Numbers of a representation. */
  readonly dimension: number;
  readonly release: PublicRelease | undefined;
}

/** Persons whose histories a piece gets at once. */
const BATCH = 512;

export class ComposedModel implements PlatformModel {
  readonly #context: EncoderContext;
  readonly #composition: Composition;
  readonly #releases: boolean;
  #trainee: Trainee | undefined;
  #encode: Encode | undefined;
  #attend: Attend | undefined;
  /** Views that stand beside the output of the training. */
  #beside: readonly Encode[] = [];

  constructor(context: EncoderContext, composition: Composition) {
    this.#context = context;
    this.#composition = composition;
    this.#releases = isSource(context.shape, context.domain.name);
  }

  async prepare(charged: ChargedSums): Promise<void> {
    if (!this.#takesPart()) return;
    const { domain, plan, random, shape, signal } = this.#context;
    const { training, widths } = this.#composition;
    const catalogue = catalogueOf(domain);
    const sums = this.#sumsOver(charged);
    const views: Made[] = [];
    for (const [index, view] of this.#composition.views.entries()) {
      if (this.#releases) views.push(await this.#make(view, index, sums));
    }
    const inputs = joined(views.map(({ encode }) => encode));
    this.#beside = training?.piece.readsViews === true ? [] : views.map(({ encode }) => encode);
    if (training === undefined) {
      this.#encode = inputs;
      return;
    }
    this.#trainee = await training.piece.join({
      shape,
      platform: { name: domain.name, number: shape.platforms.findIndex(({ name }) => name === domain.name) },
      plan,
      settings: training.settings,
      views,
      inputs,
      width: widths.reduce((sum, one) => sum + one, 0),
      widths,
      catalogue,
      ...(domain.places && { places: domain.places }),
      sums,
      random,
      ...(signal && { signal }),
    });
    if (training.piece.rounds === undefined) await this.adopt(new Float32Array(0));
  }

  contributions(
    shared: SharedModel,
    round: number,
    linked: readonly ReceivedRepresentations[] = [],
  ): Iterable<Contribution> {
    const { learnsMap, training } = this.#composition;
    if (learnsMap) return this.#ofLinked(linked);
    if (training === undefined || !this.#takesPart()) return [];
    if (this.#trainee === undefined) throw notPrepared('there is no training yet: call prepare first');
    return this.#ofEverybody(this.#trainee.contribution(shared, round));
  }

  adopt(shared: SharedModel): Promise<void> {
    if (this.#trainee !== undefined) {
      const own = shared.slice();
      this.#encode = joined([this.#trainee.encode(own), ...this.#beside]);
      this.#attend = this.#trainee.attend?.(own);
    }
    return Promise.resolve();
  }

  represent(history: History): Float32Array {
    return this.#encoder()(history);
  }

  attend(history: History): Float32Array | undefined {
    this.#encoder();
    return this.#attend?.(history);
  }

  async prototypes(sums: ChargedSums): Promise<Float32Array> {
    const { domain, random, shape } = this.#context;
    const settings = prototypeSettings(shape, this.#composition.dimension);
    if (settings === undefined) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        `release mode ${shape.release?.mode ?? 'raw'} of this federation needs no prototypes`,
      );
    }
    const represent = (_id: string, row: number): Float32Array => this.represent(historyOf(domain, row));
    return trainPrototypes(settings, () => domain.persons.map(represent), sums, random);
  }

  /** @throws TransferError TRANSFER_NOT_PREPARED */
  #encoder(): Encode {
    if (this.#encode !== undefined) return this.#encode;
    if (!this.#takesPart()) {
      throw notPrepared(
        `"${this.#context.domain.name}" is not a source in this federation, so it has no encoder: add it to privacy.sources in the manifest`,
      );
    }
    throw notPrepared(
      this.#trainee === undefined
        ? 'there is no encoder yet: call prepare before represent'
        : 'there is no shared model yet: adopt one before represent',
    );
  }

  /** True if the platform makes an encoder: a source, or any platform if the training reads histories alone. */
  #takesPart(): boolean {
    return this.#releases || this.#composition.training?.piece.readsViews === false;
  }

  #make({ piece, settings }: Chosen<View>, index: number, sums: PersonSums): Promise<Made> {
    const { domain, factorise, onProgress, random, shape, signal } = this.#context;
    const { release, views } = this.#composition;
    const context = {
      platform: publicPlatform(shape, domain.name),
      catalogue: catalogueOf(domain),
      settings,
      random,
      onProgress: (fraction: number) => onProgress?.('encoder', (index + fraction) / views.length),
      ...(release && { release }),
      ...(signal && { signal }),
    };
    // Only here rows leave this class, and only to a view that claims nothing.
    if (piece.law === 'sealed-only') return piece.make({ ...context, domain, factorise });
    return piece.law === 'charged' ? piece.make({ ...context, sums }) : piece.make(context);
  }

  #sumsOver(charged: ChargedSums): PersonSums {
    return {
      noiseDeviation: (label) => charged.noiseDeviation(label),
      release: (label, of) => charged.release(label, this.#ofEverybody(of)),
    };
  }

  #ofLinked(linked: readonly ReceivedRepresentations[]): Iterable<Contribution> {
    const { domain, plan } = this.#context;
    if (domain.places === undefined) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        `"${domain.name}" has not found its items in the vocabulary: give it the file that the manifest names`,
      );
    }
    return linkedProducts(plan.blocks, domain.places)(linkedPersons(domain, linked, this.#composition));
  }

  *#ofEverybody(of: PerPerson): Generator<Contribution> {
    const { domain, signal } = this.#context;
    for (const batch of batches(domain)) {
      if (signal?.aborted === true) throw new TransferError('TRANSFER_CANCELLED', 'the work was cancelled');
      yield* of(batch);
    }
  }
}

function* batches(domain: Domain): Generator<readonly History[]> {
  const persons = domain.offsets.length - 1;
  for (let start = 0; start < persons; start += BATCH) {
    const length = Math.min(BATCH, persons - start);
    yield Array.from({ length }, (_, i) => historyOf(domain, start + i));
  }
}

/** Several views side by side: each has the same part of the length. */
function joined(views: readonly Encode[]): Encode {
  if (views.length === 1) return views[0];
  if (views.length === 0) return () => new Float32Array(0);
  const part = 1 / Math.sqrt(views.length);
  return (history) => {
    const parts = views.map((encode) => encode(history));
    const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const values of parts) {
      for (let i = 0; i < values.length; i++) out[at + i] = part * values[i];
      at += values.length;
    }
    return out;
  };
}

function notPrepared(message: string): TransferError {
  return new TransferError('TRANSFER_NOT_PREPARED', message);
}
