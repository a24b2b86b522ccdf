/**
 * A platform's process as `isthmus platform` runs it, except that its fits never end while a file exists
 * (endless-thread.ts).
 */
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { runPlatform } from '../../client/run.ts';
import type { RunSettings } from '../../client/run.ts';
import { DEFAULT_EVALUATION } from '../../client/evaluation/settings.ts';
import { silentLog } from '../../host/log.ts';

type Paths = Pick<
  RunSettings,
  'manifest' | 'identity' | 'data' | 'state' | 'coordinator' | 'unsafeSharedPseudonymKey' | 'releaseTimeoutMs'
>;

const asked = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
const running = await runPlatform({
  ...(JSON.parse(process.argv[2]) as Paths),
  floor: DEFAULT_FLOOR,
  log: silentLog,
  emit: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  servePort: 0,
  receives: true,
  epoch: 1,
  evaluation: DEFAULT_EVALUATION,
  threadModule: new URL('./endless-thread.ts', import.meta.url),
});
const failure = await Promise.race([asked, running.platform.failed]);
await running.stop();
if (failure !== undefined) throw failure as Error;
