/**
 * The versions of the manifest that a process is bound to. Its store keeps them, so that the process never goes back and
 * never follows two manifests of one version.
 *
 * A member signs versions in ascending order, and each must follow all versions that it signed or ran before. So if one
 * honest member is in two manifests of one version, at most one of them gets the signatures of all its members.
 * @module
 */
import { FederationError } from './errors.ts';
import { COORDINATOR, manifestHash } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { membersOf } from './co-signature.ts';

export interface VersionRecord {
  readonly version: number;
  /** SHA-256 of the manifest, lower-case hex. */
  readonly hash: string;
  /**
   * `in-force`: the process has used this version. `signed`: the member signed it, and may still use the version before it.
   * `known`: a version before one of these. `left`: the member said farewell to it, and uses it no more.
   */
  readonly standing: 'known' | 'signed' | 'in-force' | 'left';
  /** Most attempts at rounds that this version leaves to the version before it; 0 in the first version. */
  readonly attemptsBefore: number;
}

export interface VersionStore {
  /** All records, in the order in which they were appended. */
  all(): readonly VersionRecord[];
  /** Appends all records or none. They are durable on return. */
  append(records: readonly VersionRecord[]): void;
}

/** A store for a process whose state ends with it. */
export function memoryVersions(): VersionStore {
  const records: VersionRecord[] = [];
  return { all: () => [...records], append: (more) => void records.push(...more) };
}

/** The member's charges so far: attempts at rounds of a version that its ledger holds charged. */
export type AttemptsOf = (version: number) => number;

/**
 * Records that the member signs this version. From then on {@link attemptsLeftTo} binds it.
 * @throws FederationError VERSION_LEFT, VERSION_BACK, VERSION_FORK, VERSION_STATE, VERSION_ATTEMPTS. Nothing is recorded then.
 */
export function recordSigned(manifest: Manifest, store: VersionStore, name: string, attemptsOf: AttemptsOf): void {
  record(manifest, 'signed', store, name, attemptsOf);
}

/**
 * Records that the process uses this version, which all members have signed.
 * @param beforeFirst work that the first use needs, and that is harmless if done twice. It runs once the version is known
 *   to be allowed, and before it is on record.
 * @throws FederationError VERSION_LEFT, VERSION_BACK, VERSION_FORK, VERSION_STATE, VERSION_ATTEMPTS. Nothing is recorded then.
 */
export function takeVersion(
  manifest: Manifest,
  store: VersionStore,
  name: string,
  attemptsOf: AttemptsOf,
  beforeFirst?: () => void,
): void {
  record(manifest, 'in-force', store, name, attemptsOf, beforeFirst);
}

/**
 * Records that the member says farewell to this version. From then on its state takes part in nothing of this version or
 * of an earlier one. It may join a later version only if the next version did not have this member.
 * @throws FederationError VERSION_STATE if the state has no record of it, VERSION_BACK, VERSION_FORK. Nothing is recorded
 *   then.
 */
export function recordLeft(manifest: Manifest, store: VersionStore, name: string): void {
  const known = store.all();
  const own = { ...recordOf(manifest), standing: 'left' as const };
  if (known.some((one) => one.version === own.version && one.standing === 'left')) return;
  checkOrder(manifest, 'signed', known);
  checkSame(manifest, [own], known);
  if (!known.some((one) => one.version === own.version && one.standing !== 'known')) {
    throw new FederationError(
      'VERSION_STATE',
      `this state of ${name} has no record of version ${own.version}: a farewell counts what the state has charged, so name the state that it ran with`,
    );
  }
  store.append([own]);
}

/** Most attempts of a version that a ledger may hold charged, once a later version was signed; undefined before. */
export function attemptsLeftTo(version: number, store: VersionStore): number | undefined {
  return store.all().find((later) => later.version === version + 1)?.attemptsBefore;
}

/** This version and all before it, oldest first. */
export function lineageOf(manifest: Manifest): readonly Manifest[] {
  return [...(manifest.previous ? lineageOf(manifest.previous.manifest) : []), manifest];
}

function record(
  manifest: Manifest,
  standing: 'signed' | 'in-force',
  store: VersionStore,
  name: string,
  attemptsOf: AttemptsOf,
  beforeFirst?: () => void,
): void {
  const known = store.all();
  const lineage = lineageOf(manifest).map((one) => recordOf(one));
  checkState(manifest, known, name);
  checkLeft(manifest, known, name);
  checkOrder(manifest, standing, known);
  checkSame(manifest, lineage, known);
  checkAttempts(lineage, attemptsOf);
  const earlier = lineage.filter(({ version }) => version < manifest.version && !known.some(isOf(version)));
  const own = { ...recordOf(manifest), standing };
  const isThere = known.some((one) => one.version === own.version && one.standing === standing);
  if (!isThere) beforeFirst?.();
  if (earlier.length > 0 || !isThere) store.append([...earlier, ...(isThere ? [] : [own])]);
}

function recordOf(manifest: Manifest): VersionRecord {
  return {
    version: manifest.version,
    hash: Buffer.from(manifestHash(manifest)).toString('hex'),
    standing: 'known',
    attemptsBefore: manifest.previous?.attempts ?? 0,
  };
}

function isOf(version: number): (one: VersionRecord) => boolean {
  return (one) => one.version === version;
}

/** Checks that a member of an earlier version has a record of it. @throws FederationError VERSION_STATE. */
function checkState(manifest: Manifest, known: readonly VersionRecord[], name: string): void {
  if (known.length > 0 || manifest.previous === undefined) return;
  const identityIn = (one: Manifest): string | undefined =>
    membersOf(one).find((member) => member.name === name)?.identity;
  const identity = identityIn(manifest);
  const before = lineageOf(manifest.previous.manifest).find((one) => identityIn(one) === identity);
  if (before === undefined) return;
  const remedy =
    name === COORDINATOR
      ? `name the store that version ${before.version} ran with`
      : `name the state that it ran with. If that is lost, or there never was one, let ${name} join version ${manifest.version} with a new identity`;
  throw new FederationError(
    'VERSION_STATE',
    `${name} was a member of version ${before.version} with the same identity, and this state is empty: with it, what was spent would be spent again. Instead ${remedy}`,
  );
}

/** @throws FederationError VERSION_LEFT if the member said farewell, and no version without it lies between. */
function checkLeft(manifest: Manifest, known: readonly VersionRecord[], name: string): void {
  const left = Math.max(0, ...known.flatMap((one) => (one.standing === 'left' ? [one.version] : [])));
  if (left === 0) return;
  const identityIn = (one: Manifest | undefined): string | undefined =>
    one && membersOf(one).find((member) => member.name === name)?.identity;
  const next = lineageOf(manifest).find(({ version }) => version === left + 1);
  if (manifest.version > left && identityIn(next) !== identityIn(manifest)) return;
  throw new FederationError(
    'VERSION_LEFT',
    `${name} said farewell to version ${left} with this state, and version ${left + 1} counts on that: it takes part in neither. It can join a later version`,
  );
}

/** @throws FederationError VERSION_BACK if this state has signed or run a later version. */
function checkOrder(manifest: Manifest, standing: 'signed' | 'in-force', known: readonly VersionRecord[]): void {
  const counts = (one: VersionRecord): boolean =>
    one.standing === 'in-force' || (standing === 'signed' && one.standing === 'signed');
  const last = known
    .filter(counts)
    .toSorted((a, b) => b.version - a.version)
    .at(0);
  if (last === undefined || last.version <= manifest.version) return;
  const done = last.standing === 'signed' ? 'signed' : 'run by';
  throw new FederationError(
    'VERSION_BACK',
    `the manifest of federation "${manifest.federation}" is version ${manifest.version}, and version ${last.version} was ${done} with this state: nobody goes back, since what was spent after version ${manifest.version} would not be counted. Use the manifest of version ${last.version}`,
  );
}

/** @throws FederationError VERSION_FORK if this state holds another manifest of one of these versions. */
function checkSame(manifest: Manifest, lineage: readonly VersionRecord[], known: readonly VersionRecord[]): void {
  const other = known.find(({ version, hash }) => lineage.some((one) => one.version === version && one.hash !== hash));
  // A signed later version put all versions that it follows on record. A version that is missing belongs to another line.
  const isStray = known.some(({ version }) => version > manifest.version) && !known.some(isOf(manifest.version));
  if (other === undefined && !isStray) return;
  const version = other?.version ?? manifest.version;
  throw new FederationError(
    'VERSION_FORK',
    `this state holds another version ${version} of the manifest of federation "${manifest.federation}"${other === undefined ? '' : `, with hash ${other.hash.slice(0, 16)}…`}: somebody made two, and nobody follows both. Compare the words of version ${version} with the other members; a version that was signed and cannot run is followed by the next one, which leaves it no attempts`,
  );
}

/** @throws FederationError VERSION_ATTEMPTS if the ledger holds more attempts charged than a version leaves to the one before. */
function checkAttempts(lineage: readonly VersionRecord[], attemptsOf: AttemptsOf): void {
  for (const { version, attemptsBefore } of lineage) {
    const charged = version === 1 ? 0 : attemptsOf(version - 1);
    if (charged <= attemptsBefore) continue;
    throw new FederationError(
      'VERSION_ATTEMPTS',
      `version ${version} leaves ${attemptsBefore} attempts to version ${version - 1}, and ${charged} stand charged in this ledger: its plan would count too little. Have version ${version} made again with at least ${charged} attempts left to version ${version - 1} (isthmus manifest make --attempts-before ${charged}). A member that has signed this one already takes part in that with a new identity only`,
    );
  }
}
