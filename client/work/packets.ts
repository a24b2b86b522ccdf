/**
 * Domains and received representations in a form that threads share, or transfer without copying long lists item by
 * item.
 * @module
 */
import type { Domain, ItemTable } from '../../core/data/domain.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';

/** A line end separates ids: neither an id (core/data/ids.ts) nor a pseudonym contains one. */
const BETWEEN = '\n';

export interface DomainPacket {
  readonly name: string;
  readonly persons: string;
  readonly catalogue: string;
  /** The numbers of the domain, in memory that threads share; shapes are those of `Domain`. */
  readonly offsets: Uint32Array<SharedArrayBuffer>;
  readonly items: Uint32Array<SharedArrayBuffer>;
  readonly ratings?: Float32Array<SharedArrayBuffer>;
  readonly timestamps?: Float64Array<SharedArrayBuffer>;
  readonly places?: Int32Array<SharedArrayBuffer>;
  /** An empty line for an item without a title. */
  readonly titles?: string;
  readonly vectors?: TablePacket;
  readonly attributes?: ReadonlyMap<string, readonly string[]>;
}

interface TablePacket {
  readonly dimension: number;
  readonly made?: string;
  readonly ids: string;
  readonly values: Float32Array<SharedArrayBuffer> /* [ids, dimension] row-major */;
}

/** Copies the numbers into shared memory. */
export function packDomain(domain: Domain): DomainPacket {
  const { attributes, name, persons, catalogue, offsets, items, ratings, timestamps, places, titles, vectors } = domain;
  return {
    name,
    persons: persons.join(BETWEEN),
    catalogue: catalogue.join(BETWEEN),
    offsets: sharedInts(offsets),
    items: sharedInts(items),
    ...(ratings && { ratings: sharedFloats(ratings) }),
    ...(timestamps && { timestamps: sharedDoubles(timestamps) }),
    ...(places && { places: sharedPlaces(places) }),
    // A title is one line (core/data/items.ts), so a line end separates titles too.
    ...(titles && { titles: titles.map((title) => title ?? '').join(BETWEEN) }),
    ...(vectors && { vectors: packTable(vectors) }),
    ...(attributes && { attributes }),
  };
}

/** No id is empty (core/data/ids.ts), so an empty text is an empty list. */
const idsOf = (joined: string): readonly string[] => (joined === '' ? [] : joined.split(BETWEEN));

/** The domain of a packet. Its numbers stay in the shared memory. */
export function unpackDomain({ persons, catalogue, titles, vectors, ...rest }: DomainPacket): Domain {
  return {
    ...rest,
    persons: idsOf(persons),
    catalogue: idsOf(catalogue),
    ...(titles !== undefined && { titles: titles.split(BETWEEN).map((title) => (title === '' ? undefined : title)) }),
    ...(vectors && { vectors: unpackTable(vectors) }),
  };
}

function packTable({ dimension, made, of }: ItemTable): TablePacket {
  const values = new Float32Array(new SharedArrayBuffer(4 * dimension * of.size));
  [...of.values()].forEach((vector, row) => values.set(vector, row * dimension));
  return { dimension, ...(made !== undefined && { made }), ids: [...of.keys()].join(BETWEEN), values };
}

function unpackTable({ ids, values, ...rest }: TablePacket): ItemTable {
  const { dimension } = rest;
  const row = (id: string, at: number): [string, Float32Array] => [
    id,
    values.subarray(at * dimension, (at + 1) * dimension),
  ];
  return { ...rest, of: new Map(idsOf(ids).map(row)) };
}

export type ReceivedPacket = Omit<ReceivedRepresentations, 'persons'> & { readonly persons: string };

export function packReceived(received: readonly ReceivedRepresentations[]): readonly ReceivedPacket[] {
  return received.map((source) => ({ ...source, persons: source.persons.join(BETWEEN) }));
}

export function unpackReceived(packets: readonly ReceivedPacket[]): readonly ReceivedRepresentations[] {
  return packets.map((source) => ({ ...source, persons: idsOf(source.persons) }));
}

function sharedInts(from: Uint32Array): Uint32Array<SharedArrayBuffer> {
  const shared = new Uint32Array(new SharedArrayBuffer(from.byteLength));
  shared.set(from);
  return shared;
}

function sharedPlaces(from: Int32Array): Int32Array<SharedArrayBuffer> {
  const shared = new Int32Array(new SharedArrayBuffer(from.byteLength));
  shared.set(from);
  return shared;
}

function sharedFloats(from: Float32Array): Float32Array<SharedArrayBuffer> {
  const shared = new Float32Array(new SharedArrayBuffer(from.byteLength));
  shared.set(from);
  return shared;
}

function sharedDoubles(from: Float64Array): Float64Array<SharedArrayBuffer> {
  const shared = new Float64Array(new SharedArrayBuffer(from.byteLength));
  shared.set(from);
  return shared;
}
