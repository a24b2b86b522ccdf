/** Our work threads, except that a fit never ends while the file named by ENDLESS_FIT exists. */
import { existsSync } from 'node:fs';
import { LocalWorkshop } from '../../client/work/local-workshop.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';

type Fit = (this: LocalWorkshop, ...args: unknown[]) => Promise<DecoderData>;

const ours = Reflect.get(LocalWorkshop.prototype, 'fit') as unknown as Fit;
const endless: Fit = function (...args) {
  while (existsSync(process.env.ENDLESS_FIT ?? '')) {
    // It gives no turn to anything else on this thread.
  }
  return ours.apply(this, args);
};
Reflect.set(LocalWorkshop.prototype, 'fit', endless);
await import('../../client/work/thread.ts');
