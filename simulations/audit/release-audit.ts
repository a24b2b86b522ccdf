/**
 * Inference from released codes: each release mode against two persons as different as possible, and against one person
 * with and without one further interaction.
 * @module
 */
import { inferFromCodes } from '../../core/audit/release-inference.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { allReleaseModes, isLocalMode, releaseBound, releaseMode } from '../../core/release/registry.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import { spherePoint } from '../../core/release/sphere-cap.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { AuditTerms } from './training-audit.ts';

export interface ReleaseAudit {
  readonly mode: ReleaseModeName;
  /** Epsilon proven for one code; null if nothing bounds it, 0 if nothing is released. */
  readonly epsilon0: number | null;
  readonly attack: 'membership' | 'interaction';
  readonly lowerBound: number;
  /** Share of the first person's codes that the attacker recognises. */
  readonly recognised: number;
  /** Share of the other person's codes that the attacker takes for the first person's. */
  readonly mistaken: number;
  readonly contradicted: boolean;
}

const DIMENSION = 4;
const COHORTS = 8;
const HISTORY = 10;

export function auditReleases(
  { significance, seed }: AuditTerms,
  epsilon0s: readonly number[],
  draws = 8000,
): ReleaseAudit[] {
  const words = new RandomWords(seededRandom(`${seed} persons`));
  const items = Array.from({ length: HISTORY + 1 }, () => spherePoint(DIMENSION, words));
  const represent = (history: readonly Float64Array[]): Float32Array =>
    Float32Array.from({ length: DIMENSION }, (_, i) => history.reduce((sum, item) => sum + item[i], 0));
  const one = represent(items.slice(0, HISTORY));
  const others = { membership: one.map((value) => -value), interaction: represent(items) };
  const prototypes = Float32Array.from(
    Array.from({ length: COHORTS }, () => [...spherePoint(DIMENSION, words)]).flat(),
  );
  const modes = allReleaseModes().flatMap((name) =>
    (isLocalMode(name) ? epsilon0s : [null]).map((epsilon0) => ({ name, epsilon0 })),
  );
  return modes.flatMap(({ name, epsilon0 }) => {
    const mode = releaseMode(name, { epsilon0, dimension: DIMENSION, prototypes });
    const proven = releaseBound(name) === 'nothing-sent' ? 0 : epsilon0;
    return (['membership', 'interaction'] as const).map((attack) => {
      const random = seededRandom(`${seed} codes ${name} ${String(epsilon0)} ${attack}`);
      const result = inferFromCodes({ mode, one, other: others[attack], draws, significance, random });
      const contradicted = proven !== null && result.lowerBound > proven;
      return { mode: name, epsilon0: proven, attack, ...result, contradicted };
    });
  });
}
