import { Command } from 'commander';
import { privacyCheckCommand } from './privacy-check.ts';
import { privacyPlanCommand } from './privacy-plan.ts';

export function privacyCommand(): Command {
  return new Command('privacy')
    .description('plan a privacy budget, check the accountant against reference figures')
    .addCommand(privacyPlanCommand())
    .addCommand(privacyCheckCommand());
}
