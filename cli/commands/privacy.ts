import { Command } from 'commander';
import { privacyCheckCommand } from './privacy-check.ts';
import { privacyLedgerCommand } from './privacy-ledger.ts';
import { privacyPlanCommand } from './privacy-plan.ts';

export function privacyCommand(): Command {
  return new Command('privacy')
    .description('plan a privacy budget, check the accountant against reference figures, read a ledger')
    .addCommand(privacyPlanCommand())
    .addCommand(privacyCheckCommand())
    .addCommand(privacyLedgerCommand());
}
