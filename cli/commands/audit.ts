import { Command, Option } from 'commander';
import { upwardFixed } from '../../core/accounting/printed-epsilon.ts';
import { PLANTED_BUGS } from '../../simulations/audit/planted-bugs.ts';
import type { AuditDocument, AuditRequest } from '../../simulations/audit/audit.ts';
import type { StrategyAudit } from '../../simulations/audit/strategy-audit.ts';
import type { ReleaseAudit } from '../../simulations/audit/release-audit.ts';
import type { TrainingAudit } from '../../simulations/audit/training-audit.ts';
import { integer, list, positive, text } from '../arguments.ts';
import { attackedEncoders } from '../../simulations/audit/attacked.ts';
import { withAllow } from '../allow-option.ts';

interface AuditOptions {
  readonly claimedEpsilon: number;
  readonly delta: number;
  readonly canaries: number;
  readonly epsilon0: readonly number[];
  readonly plant?: AuditRequest['planted'];
  readonly seed: string;
  readonly json?: true;
}

/** Exit code if a measured bound exceeds a proven one. */
const CONTRADICTED = 1;
const CONFIDENCE = 0.95;

export function auditCommand(): Command {
  return withAllow(new Command('audit'))
    .description('attack the mechanisms and compare measured bounds with proven ones')
    .option('--claimed-epsilon <e>', 'total epsilon claimed for training', positive, 4)
    .option('--delta <d>', 'its delta', positive, 1e-6)
    .option('--canaries <n>', 'canary persons, each in or out by a fair coin', integer(1000, 1_000_000), 12_000)
    .option('--epsilon0 <list>', 'epsilons of one released code', list(positive), [1, 2, 4])
    .addOption(
      new Option(
        '--plant <bug>',
        'audit training with a planted bug; all: every bug in turn, to check the audit itself',
      ).choices([...PLANTED_BUGS, 'all']),
    )
    .option('--seed <text>', 'seed of all randomness; another seed gives another audit', text, 'audit')
    .option('--json', 'the audit as one JSON document (docs/schemas/audit.json)')
    .addHelpText(
      'after',
      `
Lower bounds hold with ${CONFIDENCE * 100} % confidence: one seed in twenty may exceed the proven bound by chance.
Exit codes: 0 no measured bound exceeds a proven one; 1 at least one does (with --plant BUG: the audit caught the bug).
With --plant all: 0 if the audit had the expected result for every bug, 1 otherwise.

Examples:
  isthmus audit
  isthmus audit --claimed-epsilon 2 --canaries 50000 --json
  isthmus audit --plant halved-noise          exits with 1: caught
  isthmus audit --plant all --claimed-epsilon 2`,
    )
    .action(async (options: AuditOptions) => {
      const { runAudit } = await import('../../simulations/audit/audit.ts');
      const document = await runAudit(
        {
          claimedEpsilon: options.claimedEpsilon,
          delta: options.delta,
          canaries: options.canaries,
          confidence: CONFIDENCE,
          epsilon0s: options.epsilon0,
          seed: options.seed,
          planted: options.plant ?? null,
        },
        (part) => process.stderr.write(`audit: ${part}\n`),
      );
      process.stdout.write(options.json === true ? `${JSON.stringify(document, null, 2)}\n` : describe(document));
      if (document.failed) process.exitCode = CONTRADICTED;
    });
}

function describe({
  request,
  training,
  strategies,
  oneShot,
  releases,
  embeddingRows,
  sanity,
  failed,
}: AuditDocument): string {
  const out: string[] = [];
  if (training !== null) out.push(...describeTraining(training));
  if (strategies.length > 0) out.push(...describeStrategies(strategies));
  if (oneShot !== null) {
    out.push(
      `One-shot canaries in the shared model: estimate ${figure(oneShot.estimate)} (${figure(oneShot.chance)} for canaries that were out), proven ${proven(oneShot.provenEpsilon)}`,
      `  ${oneShot.canaries} random directions in ${oneShot.dimension} coordinates, ${oneShot.rounds} rounds over ${oneShot.platforms} platforms; an estimate, not a bound`,
      '',
    );
  }
  if (releases.length > 0) out.push(...describeReleases(releases));
  if (embeddingRows.length > 0) {
    out.push(
      'Embedding rows, if they travelled: lower bounds for one step of federated averaging',
      `  ${'attack'.padEnd(12)} ${'released'.padEnd(19)} ${'guessed right'.padEnd(14)} ${'any'.padStart(6)} ${'Gaussian'.padStart(9)} ${'proven'.padStart(8)}`,
      ...embeddingRows.map(
        (row) =>
          `  ${row.attack.padEnd(12)} ${row.released.padEnd(19)} ${`${row.correct} of ${row.guesses}`.padEnd(14)} ${figure(row.lowerBound).padStart(6)} ${figure(row.gaussianLowerBound).padStart(9)} ${proven(row.provenEpsilon).padStart(8)}`,
      ),
      '',
    );
  }
  for (const { planted, summary, lowerBound, gaussianLowerBound, provenEpsilon, asExpected } of sanity) {
    out.push(
      `${asExpected ? 'ok  ' : 'NOT '} ${(planted ?? 'as it is').padEnd(20)} measured ${figure(lowerBound)} (any), ${figure(gaussianLowerBound)} (Gaussian), claimed ${proven(provenEpsilon)}: ${summary}`,
    );
  }
  const verdict =
    request.planted === 'all'
      ? failed
        ? 'NOT THE EXPECTED RESULT FOR EVERY BUG: this audit cannot be relied on.'
        : 'The audit had the expected result for every bug.'
      : failed
        ? 'CONTRADICTED: a measured lower bound exceeds a proven bound.'
        : 'No measured bound exceeds a proven one.';
  return [...out, ...(sanity.length > 0 ? [''] : []), `${verdict} Seed "${request.seed}".`, ''].join('\n');
}

function describeTraining(training: TrainingAudit): string[] {
  const { canaries, guesses, platforms, platformsPerCanary, attacks, summary } = training;
  const best = attacks.map(({ attack, correct }) => `${attack} ${correct}`).join(', ');
  return [
    `Canaries in training (${summary})`,
    `  proven epsilon ${figure(training.provenEpsilon)}`,
    `  measured, at least: ${figure(training.lowerBound)} for any mechanism, ${figure(training.gaussianLowerBound)} assuming a Gaussian trade-off curve; ${CONFIDENCE * 100} % confidence`,
    `  ${canaries} canaries on ${platformsPerCanary} of ${platforms} platforms each; seen by the coordinator and one platform; ${guesses} guesses, right: ${best}`,
    '',
  ];
}

function describeStrategies(strategies: readonly StrategyAudit[]): string[] {
  return [
    'Canaries in the strategies as they run: encoder sums of each platform, and rounds',
    `  ${'strategy'.padEnd(24)} ${'canaries'.padEnd(20)} ${'guessed right'.padEnd(14)} ${'any'.padStart(6)} ${'Gaussian'.padStart(9)} ${'charged'.padStart(8)} ${'proven'.padStart(8)}`,
    ...strategies.map(
      (audited) =>
        `  ${audited.strategy.padEnd(24)} ${`${audited.canaries} on ${audited.platformsPerCanary} of ${audited.platforms}`.padEnd(20)} ${`${audited.correct} of ${audited.guesses}`.padEnd(14)} ${figure(audited.lowerBound).padStart(6)} ${figure(audited.gaussianLowerBound).padStart(9)} ${proven(audited.chargedEpsilon).padStart(8)} ${proven(audited.provenEpsilon).padStart(8)}`,
    ),
    ...attackedEncoders().flatMap(({ strategy, notBecause }) =>
      notBecause === null ? [] : [`  ${strategy.padEnd(24)} not attacked: ${notBecause}`],
    ),
    '',
  ];
}

function describeReleases(releases: readonly ReleaseAudit[]): string[] {
  return [
    'Released codes: two opposite persons (membership), one further interaction (interaction)',
    `  ${'mode'.padEnd(8)} ${'attack'.padEnd(12)} ${'at least'.padStart(8)} ${'proven'.padStart(8)}  recognised  mistaken`,
    ...releases.map(
      ({ mode, attack, lowerBound, epsilon0, recognised, mistaken }) =>
        `  ${mode.padEnd(8)} ${attack.padEnd(12)} ${figure(lowerBound).padStart(8)} ${proven(epsilon0).padStart(8)}  ${recognised.toFixed(3).padStart(10)}  ${mistaken.toFixed(3).padStart(8)}`,
    ),
    '',
  ];
}

const figure = (value: number): string => value.toFixed(3);
const proven = (epsilon: number | null): string => (epsilon === null ? 'nothing' : upwardFixed(epsilon, 3));
