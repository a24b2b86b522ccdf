import { Command, InvalidArgumentError, Option } from 'commander';
import { planSession } from '../../core/secagg/plan.ts';
import type { SecaggPlan } from '../../core/secagg/plan.ts';
import type { SparseAdversary } from '../../core/secagg/degree.ts';

interface PlanOptions {
  readonly platforms: number;
  readonly corrupt: number;
  readonly dropout: number;
  readonly adversary: SparseAdversary;
  readonly parameters: number;
  readonly ringBits: number;
  readonly attempts: number;
  readonly fullSums?: true;
  readonly json?: true;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function rate(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a fraction, e.g. 0.1.');
}

export function secaggPlanCommand(): Command {
  return new Command('plan')
    .description('degree, threshold, guarantees and cost of a masked sum, or the reason why no plan works')
    .requiredOption('--platforms <n>', 'platforms in the session', whole(0, 10_000_000))
    .requiredOption('--corrupt <rate>', 'fraction that may collude with the coordinator', rate)
    .requiredOption('--dropout <rate>', 'fraction that may drop out', rate)
    .addOption(
      new Option('--adversary <kind>', 'assumed behaviour of the coordinator, to which the claim is limited')
        .choices(['honest', 'curious', 'semi-malicious'])
        .default('curious'),
    )
    .option('--parameters <d>', 'parameters in an update, for the cost', whole(1, 2 ** 31 - 1), 100_000)
    .option('--ring-bits <bits>', 'size of the ring, for the cost', whole(16, 32), 32)
    .option('--attempts <n>', 'attempts over which the security bound holds together', whole(1, 1_000_000), 1)
    .option(
      '--full-sums',
      'no deviation after stage 0 opens a sum without an honest platform that did not drop out, as noise of many platforms needs; the plan of a federation (with semi-malicious)',
    )
    .option('--json', 'the plan as one JSON document (docs/schemas/secagg-plan.json)')
    .addHelpText(
      'after',
      `
Examples:
  isthmus secagg plan --platforms 1000 --corrupt 0.1 --dropout 0.1
  isthmus secagg plan --platforms 1000 --corrupt 0.1 --dropout 0.1 --adversary semi-malicious --json
  isthmus secagg plan --platforms 10 --corrupt 0.1 --dropout 0.2 --parameters 2048 --ring-bits 24`,
    )
    .action((options: PlanOptions) => {
      const { parameters, json, ...model } = options;
      const plan = planSession({ ...model, vectorLength: parameters });
      process.stdout.write(json === true ? `${JSON.stringify(plan, null, 2)}\n` : describe(plan, parameters));
    });
}

function describe(plan: SecaggPlan, parameters: number): string {
  const asked =
    `${plan.platforms} platforms, ${plan.corrupt} corrupt, ${plan.dropout} dropping out, ` +
    `${plan.adversary} coordinator\n`;
  if (!plan.feasible) return `${asked}\ninfeasible: ${plan.reason}\n`;
  const { cost } = plan;
  const rows: readonly (readonly [string, string])[] = [
    ['graph', plan.graph === 'complete' ? 'complete' : 'k-regular Harary, order by beacon'],
    ['degree', String(plan.degree)],
    ['threshold', `${plan.threshold} shares rebuild a secret`],
    [
      'upload',
      `${cost.uploadBytes} bytes per platform (${parameters} parameters, ${cost.bytesPerNeighbour} per neighbour)`,
    ],
    [
      'platform',
      `about ${cost.platformMs} ms: ${cost.platformAgreements} agreements, ${cost.platformMaskWords} mask words`,
    ],
    [
      'coordinator',
      `about ${cost.coordinatorMs} ms: ${cost.coordinatorAgreements} agreements, ${cost.coordinatorMaskWords} mask words`,
    ],
  ];
  const table = rows.map(([name, value]) => `  ${name.padEnd(12)}${value}\n`).join('');
  const guarantees = plan.guarantees.map((line) => `  - ${line}\n`).join('');
  return `${asked}\n${table}\nWhat it guarantees\n${guarantees}`;
}
