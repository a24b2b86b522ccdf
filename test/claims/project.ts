/**
 * The classes that the attacks of test/claims run against: those of this project, or of another commit's working tree, so that
 * one script measures before and after.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Silent from '../../host/log.ts';
import type * as OwnLedgers from '../../client/rounds/own-ledger.ts';
import type * as Participations from '../../client/rounds/participation.ts';
import type * as Updates from '../../client/rounds/update.ts';
import type * as MemoryStores from '../../client/store/memory.ts';
import type * as Compositions from '../../core/accounting/composition.ts';
import type * as NodeEngines from '../../core/crypto/node-engine.ts';
import type * as Attempts from '../../core/federation/attempt.ts';
import type * as Drafts from '../../core/federation/draft.ts';
import type * as Identities from '../../core/federation/identity.ts';
import type * as Manifests from '../../core/federation/manifest.ts';
import type * as Ledgers from '../../core/privacy/ledger/ledger.ts';
import type * as Pipelines from '../../core/privacy/mechanism/pipeline.ts';
import type * as Plans from '../../core/privacy/plan/plan.ts';
import type * as PlanEvents from '../../core/privacy/plan/plan-events.ts';
import type * as PlanLookups from '../../core/privacy/plan/plan-lookups.ts';
import type * as Trusts from '../../core/privacy/plan/trust.ts';
import type * as Seeded from '../../core/random/seeded.ts';
import type * as Streams from '../../core/random/streams.ts';
import type * as Coordinators from '../../core/secagg/coordinator.ts';
import type * as Parameters from '../../core/secagg/parameters.ts';
import type * as Platforms from '../../core/secagg/platform.ts';
import type * as Proofs from '../../core/secagg/refund-proof.ts';
import type * as Statements from '../../core/secagg/statement.ts';
import type * as Composed from '../../core/transfer/compose.ts';
import type { Encoder, EncoderSpec } from '../../core/transfer/encoder.ts';
import type * as Expressions from '../../core/transfer/expression.ts';

export interface Project {
  readonly silentLog: (typeof Silent)['silentLog'];
  readonly OwnLedger: (typeof OwnLedgers)['OwnLedger'];
  readonly Participation: (typeof Participations)['Participation'];
  readonly createMemoryStore: (typeof MemoryStores)['createMemoryStore'];
  readonly composedEpsilon: (typeof Compositions)['composedEpsilon'];
  readonly nodeEngine: (typeof NodeEngines)['nodeEngine'];
  readonly attempts: typeof Attempts;
  readonly draftManifest: (typeof Drafts)['draftManifest'];
  readonly generateIdentity: (typeof Identities)['generateIdentity'];
  readonly manifestHash: (typeof Manifests)['manifestHash'];
  readonly ledgers: typeof Ledgers;
  readonly discreteGaussian: (typeof Pipelines)['discreteGaussian'];
  readonly planPrivacy: (typeof Plans)['planPrivacy'];
  readonly planEvents: typeof PlanEvents;
  readonly epsilonAgainst: (typeof PlanLookups)['epsilonAgainst'];
  readonly noiseSharesAgainst: (typeof Trusts)['noiseSharesAgainst'];
  readonly seededRandom: (typeof Seeded)['seededRandom'];
  readonly seededStreams: (typeof Streams)['seededStreams'];
  readonly coordinators: typeof Coordinators;
  readonly attemptKey: (typeof Parameters)['attemptKey'];
  readonly platforms: typeof Platforms;
  /** Wraps a platform's model for rounds. Earlier commits join with the model itself. */
  readonly roundWorkOf: (typeof Updates)['roundWorkOf'];
  /** An encoder of this project, as a manifest names it and as a plan holds it. The field's name differs in earlier commits. */
  readonly drafted: { readonly encoder: EncoderSpec };
  planned(changes: Partial<Encoder>): { readonly encoder: Encoder };
  /** Absent in versions that never take a charge back. */
  readonly refunds?: typeof Proofs & typeof Statements;
}

/** @param root a working tree of this repository, with its dependencies installed and its codec generated. */
export async function loadProject(root: string): Promise<Project> {
  /** The first path that exists, because rooms have moved between versions. */
  const load = async (...paths: readonly string[]): Promise<never> => {
    const path = paths.find((candidate) => existsSync(join(root, candidate))) ?? paths[0];
    return (await import(pathToFileURL(join(root, path)).href)) as never;
  };
  const { silentLog }: typeof Silent = await load('host/log.ts', 'client/log.ts');
  const { OwnLedger }: typeof OwnLedgers = await load('client/rounds/own-ledger.ts');
  const { Participation }: typeof Participations = await load('client/rounds/participation.ts');
  const { roundWorkOf = (model) => model as never }: Partial<typeof Updates> = await load('client/rounds/update.ts');
  const { createMemoryStore }: typeof MemoryStores = await load('client/store/memory.ts');
  const { composedEpsilon }: typeof Compositions = await load(
    'core/accounting/composition.ts',
    'core/privacy/composition.ts',
  );
  const { nodeEngine }: typeof NodeEngines = await load('core/crypto/node-engine.ts');
  const { draftManifest }: typeof Drafts = await load('core/federation/draft.ts');
  const { generateIdentity }: typeof Identities = await load('core/federation/identity.ts');
  const { manifestHash }: typeof Manifests = await load('core/federation/manifest.ts');
  const { discreteGaussian }: typeof Pipelines = await load(
    'core/privacy/mechanism/pipeline.ts',
    'core/privacy/pipeline.ts',
  );
  const { planPrivacy }: typeof Plans = await load('core/privacy/plan/plan.ts', 'core/privacy/plan.ts');
  const { epsilonAgainst }: typeof PlanLookups = await load(
    'core/privacy/plan/plan-lookups.ts',
    'core/privacy/plan.ts',
  );
  const { noiseSharesAgainst }: typeof Trusts = await load('core/privacy/plan/trust.ts', 'core/privacy/trust.ts');
  const { seededRandom }: typeof Seeded = await load('core/random/seeded.ts');
  const { seededStreams }: typeof Streams = await load('core/random/streams.ts');
  const { attemptKey }: typeof Parameters = await load('core/secagg/parameters.ts');
  const encoders = existsSync(join(root, 'core/transfer/compose.ts'))
    ? await composedEncoders(load)
    : await strategies(load);
  const hasRefunds = existsSync(join(root, 'core/secagg/refund-proof.ts'));
  const proofs: typeof Proofs = hasRefunds ? await load('core/secagg/refund-proof.ts') : ({} as never);
  const statements: typeof Statements = hasRefunds ? await load('core/secagg/statement.ts') : ({} as never);
  return {
    silentLog,
    OwnLedger,
    Participation,
    roundWorkOf,
    createMemoryStore,
    composedEpsilon,
    nodeEngine,
    attempts: await load('core/federation/attempt.ts'),
    draftManifest,
    generateIdentity,
    manifestHash,
    ledgers: await load('core/privacy/ledger/ledger.ts', 'core/privacy/ledger.ts'),
    discreteGaussian,
    planPrivacy,
    planEvents: await load('core/privacy/plan/plan-events.ts', 'core/privacy/plan-events.ts'),
    epsilonAgainst,
    noiseSharesAgainst,
    seededRandom,
    seededStreams,
    coordinators: await load('core/secagg/coordinator.ts'),
    attemptKey,
    platforms: await load('core/secagg/platform.ts'),
    ...encoders,
    ...(hasRefunds && { refunds: { ...proofs, ...statements } }),
  };
}

type Load = (...paths: readonly string[]) => Promise<never>;

async function composedEncoders(load: Load): Promise<Pick<Project, 'drafted' | 'planned'>> {
  const { encoderNamed }: typeof Composed = await load('core/transfer/compose.ts');
  const { encoderSpec }: typeof Expressions = await load('core/transfer/expression.ts');
  return {
    drafted: { encoder: encoderSpec('linear-bridge') },
    planned: (changes) => ({ encoder: { ...encoderNamed('private-subspace'), ...changes } }),
  };
}

/** Before encoders were composed, a manifest named a strategy. */
async function strategies(load: Load): Promise<Pick<Project, 'drafted' | 'planned'>> {
  const { linearBridge }: { linearBridge: Encoder } = await load('core/transfer/strategies/linear-bridge.ts');
  return {
    drafted: { strategy: { name: linearBridge.name } } as never,
    planned: (changes) => ({ strategy: { ...linearBridge, ...changes }, settings: {} }) as never,
  };
}
