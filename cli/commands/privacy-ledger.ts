import { Command } from 'commander';
import { storeFileIn } from '../../client/state-directory.ts';
import { CommandError } from '../errors.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { ledgerRules } from '../../core/federation/ledger-rules.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { LedgerBudget } from '../../core/privacy/ledger/ledger.ts';
import { reportLedger } from '../../core/privacy/ledger/ledger-report.ts';
import type { LedgerReport, ReportedEntry } from '../../core/privacy/ledger/ledger-report.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import { upwardFixed } from '../../core/accounting/printed-epsilon.ts';
import { positive, text } from '../arguments.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { readLedgerFile } from '../ledger-file.ts';
import { readNamedFile } from '../../host/files.ts';
import { withAllow } from '../allow-option.ts';

interface LedgerOptions {
  readonly state?: string;
  readonly store?: string;
  readonly manifest?: string;
  readonly delta: number;
  readonly json?: true;
}

export function privacyLedgerCommand(): Command {
  return withAllow(new Command('ledger'))
    .description('print a ledger, verify its chain of hashes and its refunds, and compare the spend with the budget')
    .option('--state <dir>', "a platform's state directory", text)
    .option('--store <file>', "a coordinator's store", text)
    .option(
      '--manifest <file>',
      'the manifest, for its budget and delta, the charges of other platforms, and the keys that prove a refund',
      text,
    )
    .option('--delta <d>', 'delta of the spend, without a manifest', positive, 1e-6)
    .option('--json', 'the ledger as one JSON document (docs/schemas/privacy-ledger.json)')
    .addHelpText(
      'after',
      `
This command only reads. A running agent or coordinator locks its file: stop it first.
A refund takes back the charge of an attempt whose sum was not opened and cannot be; with --manifest its proof is checked.
The spend counts the charges that stand. The claim is the budget, which holds whenever the rounds end.
Exit codes: 0 intact; 4 the file is in use, missing or no store; 5 the chain is broken or a refund is not proved.

Examples:
  isthmus privacy ledger --state films-state --manifest my-federation/manifest.yaml
  isthmus privacy ledger --store coordinator.db --json`,
    )
    .action((options: LedgerOptions) => {
      const owned = readLedgerFile(fileOf(options));
      const { rows, cutOff, ...owner } = owned;
      const plan = planOf(options);
      const report = reportLedger(owner, rows, budgetOf(options, plan, owner.platform), {
        bounded: isBounded(plan, rows),
        cutOff,
        ...(plan && { rules: ledgerRules(plan, nodeEngine) }),
      });
      process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
      if (!report.intact) process.exitCode = EXIT.privacy;
    });
}

function fileOf({ state, store }: LedgerOptions): string {
  if (state !== undefined && store === undefined) return storeFileIn(state);
  if (store !== undefined && state === undefined) return store;
  throw new CommandError('LEDGER_WHICH', 'name one of --state and --store');
}

function planOf({ manifest: file }: LedgerOptions): FederationPlan | null {
  return file === undefined ? null : planFederation(parseManifest(readNamedFile(file, 'MANIFEST_UNREADABLE'), file));
}

function budgetOf({ delta }: LedgerOptions, plan: FederationPlan | null, platform: string | null): LedgerBudget {
  if (plan === null) return { epsilon: null, delta, elsewhere: [] };
  return ledgerBudget(plan.privacy, platform === null ? 'coordinator' : { platform });
}

/** An empty ledger does not show that nothing was spent: other ledgers may charge it, or none may. */
function isBounded(plan: FederationPlan | null, rows: readonly string[]): boolean {
  return plan === null ? rows.length > 0 : plan.privacy.budget !== null && plan.encoder.law !== 'sealed-only';
}

function describe(report: LedgerReport): string {
  const { federation, platform, entries, delta, budget, elsewhere, spent, intact, problem, attempts, refunds } = report;
  const lines = [
    `Ledger of ${platform === null ? 'the coordinator' : `platform ${platform}`}, federation ${federation}`,
    '',
    `entry  what    scope       ${'label'.padEnd(24)}  ${'release'.padEnd(21)}  origin   ${'epsilon'.padStart(8)}  hash`,
    ...entries.map(row),
    '',
    ...entries.flatMap(({ sequence, explained }) => (explained === null ? [] : [`Entry ${sequence}: ${explained}`])),
    intact ? `Chain intact: ${entries.length} entries.` : `NOT TO BE TRUSTED: ${problem ?? ''}`,
  ];
  if (!intact) return [...lines, 'The spend cannot be computed from such a ledger.', ''].join('\n');
  if (attempts + refunds > 0) {
    lines.push(`Attempts at rounds: ${attempts} charged and not taken back, ${refunds} taken back.`);
  }
  if (elsewhere > 0)
    lines.push(`Counted from the start, charged by other platforms' encoders: epsilon ${up(elsewhere)}.`);
  lines.push(
    spent === null
      ? `Spent: nothing here bounds it. ${entries.length === 0 ? 'The ledger is empty; --manifest adds the charges of others, if anything bounds them.' : 'Data leaves without a noised sum: there is no noise, or the encoder is made from raw data.'}`
      : budget === null
        ? `Spent: epsilon ${up(spent)} at delta ${delta}; no budget (no --manifest), and without the charges of others.`
        : `Spent: epsilon ${up(spent)} of ${budget} at delta ${delta}.`,
  );
  return [...lines, ''].join('\n');
}

function row(entry: ReportedEntry): string {
  const { sequence, origin, charge, refund, spent: after, hash } = entry;
  const { scope, label, round, attempt } = charge ?? refund;
  return [
    String(sequence).padStart(5),
    (charge === undefined ? 'refund' : 'charge').padEnd(6),
    scope.padEnd(10),
    label.padEnd(24),
    `round ${round}`.padEnd(9),
    scope === 'federation' ? `attempt ${attempt}`.padEnd(10) : ''.padEnd(10),
    origin.padEnd(7),
    up(after).padStart(9),
    hash.slice(0, 16),
  ].join('  ');
}

function up(epsilon: number | null): string {
  return epsilon === null ? 'unbounded' : upwardFixed(epsilon);
}
