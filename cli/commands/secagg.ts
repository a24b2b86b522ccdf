import { Command } from 'commander';
import { secaggPlanCommand } from './secagg-plan.ts';

export function secaggCommand(): Command {
  return new Command('secagg').description('plan masked sums').addCommand(secaggPlanCommand());
}
