import { Command } from 'commander';
import { planBudget } from '../../core/budget/budget-plan.ts';
import type { BudgetPlan, BudgetRequest, ColluderCost } from '../../core/budget/budget-plan.ts';
import { upwardFixed } from '../../core/accounting/printed-epsilon.ts';
import { integer, positive } from '../arguments.ts';

interface PlanOptions extends BudgetRequest {
  readonly json?: true;
}

export function privacyPlanCommand(): Command {
  return new Command('plan')
    .description('noise, honest minimum, epsilon against every number of colluders, error, and what would be cheaper')
    .requiredOption('--epsilon <e>', 'total over all rounds', positive)
    .option('--delta <d>', 'probability that the bound fails', positive, 1e-6)
    .requiredOption('--rounds <n>', 'releases of the masked sum, including spare attempts', integer(1))
    .requiredOption('--platforms <n>', 'platforms in the federation', integer(1, 10_000))
    .option('--colluding <n>', 'platforms that may pool what they saw with the coordinator', integer(0), 0)
    .option('--dropouts <n>', 'platforms that may be lost in a round', integer(0), 0)
    .option(
      '--refunds <n>',
      'charged attempts that a ledger may take back on proof (default a third of the rounds)',
      integer(0),
    )
    .option('--persons <n>', 'persons in a sum, over all platforms', integer(1), 20_000)
    .option('--dimension <n>', 'coordinates of the sum', integer(1), 2048)
    .option('--sampling <share>', 'probability that a round includes a person, by a secret coin', positive)
    .option(
      '--platforms-per-person <n>',
      'with --sampling: number of platforms that one person may be on',
      integer(1),
      2,
    )
    .option('--json', 'the plan as one JSON document (docs/schemas/privacy-plan.json)')
    .addHelpText(
      'after',
      `
Examples:
  isthmus privacy plan --epsilon 4 --rounds 10 --platforms 10 --colluding 2 --dropouts 2
  isthmus privacy plan --epsilon 4 --delta 1e-6 --rounds 2 --platforms 3 --persons 7000 --dimension 600
  isthmus privacy plan --epsilon 1 --rounds 1 --platforms 25 --colluding 4 --json`,
    )
    .action(({ json, ...request }: PlanOptions) => {
      const plan = planBudget(request);
      process.stdout.write(json === true ? `${JSON.stringify(plan, null, 2)}\n` : describe(plan));
    });
}

function describe(plan: BudgetPlan): string {
  const { request, trust, error } = plan;
  const asked =
    `epsilon ${request.epsilon} at delta ${request.delta} over ${request.rounds} rounds, person-level (add or remove one); ` +
    `${request.platforms} platforms, ${trust.colluding} colluding, ${request.dropouts} lost${request.sampling === undefined ? '' : `; persons drawn at ${request.sampling} on each of up to ${request.platformsPerPerson ?? 1} platforms, by coins that stay there`}\n`;
  const facts = table([
    [
      'noise multiplier',
      `z = ${upwardFixed(plan.noiseMultiplier)}, the honest noise in units of a person's L2 sensitivity`,
    ],
    [
      'epsilon',
      `${upwardFixed(plan.epsilon)} by Renyi accounting (claim); ${upwardFixed(plan.continuousReference)} exact for continuous noise (reference)`,
    ],
    [
      'noise threshold',
      `a sum opens only with ${trust.noiseThreshold} contributions or more; shares that open a mask: ${trust.threshold}`,
    ],
    ['honest minimum', `${trust.honestMinimum} honest platforms in every opened sum`],
    ['noise shares', `${trust.noiseShares}: every platform adds ${noiseEach(trust.noiseShares)}`],
    ['cost of no curator', `${plan.overCurator.toFixed(2)} times the noise of a trusted curator`],
    [
      'error of the mean',
      `${figure(error.perParameter)} C per parameter, ${figure(error.l2)} C in L2 (${request.persons} persons, ${request.dimension} dimensions, clip C)`,
    ],
  ]);
  const colluders = plan.colluders.map(
    ({ colluders: count, epsilon, openings, noiseShares, view }) =>
      `  ${String(count).padStart(9)}  ${upwardFixed(epsilon).padStart(9)}  ${String(openings).padStart(11)}  ${String(noiseShares).padStart(12)}  ${seen(view, noiseShares)}${count === trust.colluding ? '  <- planned for' : ''}\n`,
  );
  const cheaper = plan.cheaper.map(({ change, relativeError }) => `  ${relativeError.toFixed(2)} x  ${change}\n`);
  return `${asked}
${facts}
Against a deviating coordinator and this many colluding platforms (${request.rounds} rounds, at most ${plan.refunds} refunds)
  colluding    epsilon  opened sums  noise shares  can see
${colluders.join('')}
What would be cheaper (error in L2, one change at a time)
${cheaper.join('')}`;
}

function seen(view: ColluderCost['view'], noiseShares: number): string {
  switch (view) {
    case 'sums':
      return `sums of ${noiseShares}+ honest platforms`;
    case 'single platforms':
      return 'single platforms';
    case 'uploads':
      return 'single platforms, whether or not anybody reveals a share';
  }
}

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `  ${name.padEnd(20)}${value}\n`).join('');
}

function noiseEach(shares: number): string {
  return shares === 1 ? 'all of it' : `1/${shares} of its variance`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
