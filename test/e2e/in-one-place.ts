/**
 * Computes a federation's rounds without noise again in one place, from the platforms' data and the kept sums of their
 * encoders, added without masks. The sum that the coordinator opened must be equal, integer for integer.
 */
import assert from 'node:assert/strict';
import { openByReadingBeside } from '../../client/data/open.ts';
import { computeUpdate } from '../../client/rounds/update.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import { SharedModelHistory } from '../../server/rounds/shared-model.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import { readFileSync } from 'node:fs';
import type { Workplace } from './isthmus.ts';

/** Compares the rounds of a federation whose processes have ended. @returns number of rounds compared. */
export async function assertRoundsAsInOnePlace(place: Workplace): Promise<number> {
  const plan = planFederation(parseManifest(readFileSync(place.path('fed/manifest.yaml'), 'utf8')));
  assert.equal(plan.privacy.budget, null, 'noise cannot be computed again');
  const names = plan.manifest.platforms.map(({ name }) => name);
  const models = new Map<string, PlatformModel>();
  for (const name of names) models.set(name, await modelOf(place, plan, name));
  const theirs = openCoordinatorStore(place.path('coordinator.db'), {
    federation: plan.manifest.federation,
    parameters: plan.parameters,
  });
  const store = memoryStore();
  try {
    const history = new SharedModelHistory(plan, store.rounds);
    for (const { end, ...started } of theirs.rounds.attempts(1_000_000)) {
      assert.ok(end !== undefined, 'every attempt has an end');
      if (end.outcome !== 'completed') continue;
      const { round, attempt } = started;
      const sum = new Uint32Array(plan.parameters);
      for (const name of end.platforms) {
        const { vector } = await computeUpdate({
          plan,
          platform: name,
          model: modelNamed(models, name),
          shared: history.current,
          round,
          mechanism: withoutNoise,
          random: NEVER,
          signal: new AbortController().signal,
          onContribution: () => undefined,
        });
        for (let i = 0; i < sum.length; i++) sum[i] += vector[i];
      }
      const mask = plan.privacy.ringBits === 32 ? 0xffff_ffff : 2 ** plan.privacy.ringBits - 1;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] & mask) >>> 0;
      store.rounds.begin(started);
      const model = history.complete({ ...end, round, attempt }, sum);
      assert.deepEqual(theirs.rounds.model(round), model, `round ${round}, attempt ${attempt}`);
    }
    return history.completedRounds;
  } finally {
    theirs.close();
  }
}

const NEVER = {
  bytes: () => assert.fail('nothing random is drawn where there is no noise'),
};

/** A platform's model. Its encoder is made from the kept sums, so nothing is drawn a second time. */
async function modelOf(place: Workplace, plan: FederationPlan, name: string): Promise<PlatformModel> {
  const { domain } = await openByReadingBeside(place.path(`data/${name}.tsv`), { name });
  const model = plan.encoder.join({
    domain,
    shape: plan.shape,
    plan: plan.shared,
    // Any source will do: the start of the iteration has no effect after its first sum, which is stored.
    random: seededRandom('in one place'),
    factorise: factorMemory(plan.manifest.seed).factorise,
  });
  const store = openPlatformStore(place.path(`${name}-state`, 'state.db'));
  try {
    await model.prepare(
      createChargedSums({
        plan: plan.privacy,
        platform: name,
        mechanism: withoutNoise,
        random: { of: () => NEVER },
        charge: () => undefined,
        drawn: {
          get: (fingerprint, repetition) =>
            store.sums.get(fingerprint, repetition) ?? assert.fail('a sum was not kept'),
          put: () => assert.fail('a sum was drawn again'),
        },
      }),
    );
  } finally {
    store.close();
  }
  return model;
}

function modelNamed(models: ReadonlyMap<string, PlatformModel>, name: string): PlatformModel {
  return models.get(name) ?? assert.fail(`no platform ${name}`);
}
