/**
 * Domains and received representations in a form that threads share, or transfer without copying long lists item by
 * item.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';

/** A line end separates ids: neither an id (core/data/ids.ts) nor a pseudonym contains one. */
const BETWEEN = '\n';

export interface DomainPacket {
  readonly name: string;
  readonly persons: string;
  readonly catalogue: string;
  readonly offsets: Uint32Array<SharedArrayBuffer>;
  readonly items: Uint32Array<SharedArrayBuffer>;
  readonly ratings?: Float32Array<SharedArrayBuffer>;
  readonly timestamps?: Float64Array<SharedArrayBuffer>;
  readonly places?: Int32Array<SharedArrayBuffer>;
}

/** Packs a domain without its titles, which no strategy reads. */
export function packDomain(domain: Domain): DomainPacket {
  const { name, persons, catalogue, offsets, items, ratings, timestamps, places } = domain;
  return {
    name,
    persons: persons.join(BETWEEN),
    catalogue: catalogue.join(BETWEEN),
    offsets: sharedInts(offsets),
    items: sharedInts(items),
    ...(ratings && { ratings: sharedFloats(ratings) }),
    ...(timestamps && { timestamps: sharedDoubles(timestamps) }),
    ...(places && { places: sharedPlaces(places) }),
  };
}

export function unpackDomain({ persons, catalogue, ...rest }: DomainPacket): Domain {
  return { ...rest, persons: persons.split(BETWEEN), catalogue: catalogue.split(BETWEEN) };
}

export type ReceivedPacket = Omit<ReceivedRepresentations, 'persons'> & { readonly persons: string };

export function packReceived(received: readonly ReceivedRepresentations[]): readonly ReceivedPacket[] {
  return received.map((source) => ({ ...source, persons: source.persons.join(BETWEEN) }));
}

export function unpackReceived(packets: readonly ReceivedPacket[]): readonly ReceivedRepresentations[] {
  return packets.map((source) => ({
    ...source,
    persons: source.persons === '' ? [] : source.persons.split(BETWEEN),
  }));
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
