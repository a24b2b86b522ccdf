/**
 * Golden files: what the product answered before it was rebuilt, to the last digit.
 *
 * A failure here says that an answer has changed, not that it is wrong. If the change is not meant, mend the product. If it
 * is meant, run `npm run golden:renew` (which is this test with GOLDEN=renew in the environment), read every line of
 * `git diff test/golden`, and commit the golden files with the change that made them differ.
 *
 * plans.json       manifest hashes, privacy plans with their fingerprints, epsilon against every number of colluders
 * claims.json      the statement of each manifest, as printed and as a document
 * exit-codes.json  the exit code of every error code that the sources name
 * documents.json   what commands print, most of them with --json
 * departures.json  digests of what leaves a platform at fixed seeds, and of the scores made of it (departures.test.ts)
 *
 * `fallthrough` in exit-codes.json lists the codes for which the first table of exit codes had no row of their own: they
 * ended with 3 by default, and nobody chose that. A renewal keeps the list and drops codes that are gone.
 * @module
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isthmus } from './command.ts';
import { commandLines, masked, prepareFiles } from './documents.ts';
import { compareWithKept, kept } from './kept.ts';
import { goldenManifests } from './manifests.ts';
import {
  attemptConfig,
  claimTerms,
  epsilonAgainst,
  epsilonKnowingCoins,
  failure,
  CodedError,
  ERROR_TABLES,
  firstModel,
  formatStatement,
  planFederation,
  privacyStatement,
  SYSTEM_KINDS,
} from './product.ts';
import type { FederationPlan } from './product.ts';

describe('golden files', function () {
  this.timeout(120_000);
  let plans: ReadonlyMap<string, FederationPlan>;

  before(() => {
    plans = new Map([...goldenManifests()].map(([name, manifest]) => [name, planFederation(manifest)]));
  });
  const eachPlan = (document: (plan: FederationPlan) => unknown): Readonly<Record<string, unknown>> =>
    Object.fromEntries([...plans].map(([name, plan]) => [name, document(plan)]));

  it('plans: hashes, fingerprints, sums and epsilons of every manifest', () => {
    compareWithKept('plans', eachPlan(planDocument));
  });

  it('claims: the statement of every manifest', () => {
    compareWithKept('claims', eachPlan(claimDocument));
  });

  it('exit codes: of every code that the sources name', () => {
    const { exitCodes = {}, fallthrough = [] } = (kept('exit-codes') ?? {}) as Partial<ExitCodes>;
    const codes = [...KINDS.keys(), ...Object.keys(SYSTEM_KINDS)].sort();
    const now = Object.fromEntries(codes.map((code) => [code, exitCodeOf(code)]));
    if (process.env.GOLDEN !== 'renew') {
      const unlisted = codes.filter((code) => !(code in exitCodes));
      const gone = Object.keys(exitCodes).filter((code) => !codes.includes(code));
      assert.deepEqual({ unlisted, gone }, { unlisted: [], gone: [] }, 'codes that were added or taken away');
      const changed = codes
        .filter((code) => now[code] !== exitCodes[code])
        .map(
          (code) => `${code}: ${exitCodes[code]} -> ${now[code]}${fallthrough.includes(code) ? ' (fell through)' : ''}`,
        );
      assert.deepEqual(changed, [], 'exit codes that changed');
    }
    compareWithKept('exit-codes', {
      exitCodes: now,
      fallthrough: fallthrough.filter((code) => codes.includes(code)),
      withoutCodeOfOurs: withoutCodeOfOurs(),
    });
  });

  it('documents: what commands print', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-golden-'));
    try {
      prepareFiles(folder);
      const documents: Record<string, unknown> = {};
      for (const line of commandLines()) {
        const args = line.split(' ').map((part) => part.replace('FOLDER', folder));
        documents[line] = masked(await isthmus(args), folder);
      }
      compareWithKept('documents', documents);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface ExitCodes {
  /** By error code, sorted. */
  readonly exitCodes: Readonly<Record<string, number>>;
  readonly fallthrough: readonly string[];
}

/** Codes that no source needs to name, because they come from Node or SQLite. */
const KINDS = new Map(
  Object.values(ERROR_TABLES).flatMap((table) =>
    Object.entries(table).map(([code, { kind }]) => [code, kind] as const),
  ),
);

function exitCodeOf(code: string): number {
  const kind = KINDS.get(code);
  const error = kind === undefined ? Object.assign(new Error('why'), { code }) : new CodedError(code, kind, 'why');
  return failure(error).exitCode;
}

/** Failures that the table of codes does not cover. */
function withoutCodeOfOurs(): Readonly<Record<string, number>> {
  return {
    'no code': failure(new TypeError('why')).exitCode,
    'no error': failure('why').exitCode,
    AbortError: failure(new DOMException('why', 'AbortError')).exitCode,
    INTERNAL: exitCodeOf('INTERNAL'),
    ERR_INVALID_ARG_TYPE: exitCodeOf('ERR_INVALID_ARG_TYPE'),
  };
}

function planDocument(plan: FederationPlan): unknown {
  const { encoder, manifest, manifestHash, shape, shared, parameters, privacy } = plan;
  const names = manifest.platforms.map(({ name }) => name);
  return {
    manifestHash: Buffer.from(manifestHash).toString('hex'),
    signatures: sha256(Buffer.from(JSON.stringify(manifest.signatures))),
    fingerprint: privacy.fingerprint,
    attemptConfigHash: sha256(attemptConfig(plan, names)),
    firstModelHash: sha256(new Uint8Array(firstModel(plan).buffer)),
    parameters,
    encoder: encoder.spec,
    shape,
    shared,
    epsilonAgainst: names.map((_, colluders) => epsilonAgainst(privacy, colluders)),
    epsilonKnowingCoins: epsilonKnowingCoins(privacy, privacy.colluding),
    privacy,
  };
}

function claimDocument(plan: FederationPlan): unknown {
  const statement = privacyStatement(claimTerms(plan));
  return { printed: formatStatement(statement).split('\n'), statement };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
