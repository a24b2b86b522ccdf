import { Command, Option } from 'commander';
import { DEFAULT_EVALUATION, EVALUATION_PROTOCOLS } from '../../client/evaluation/settings.ts';
import type { EvaluationProtocol } from '../../client/evaluation/settings.ts';
import type { Platform } from '../../client/platform.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { decoder, integer, positive, text } from '../arguments.ts';
import { DEFAULT_DECODER } from '../../core/transfer/readouts/registry.ts';
import { interruption, SERVICE_STOP_MS } from '../interrupted.ts';
import type { LogLevel } from '../../host/log.ts';
import { withAllow } from '../allow-option.ts';

interface PlatformCommandOptions {
  readonly manifest: string;
  readonly identity: string;
  readonly data: string;
  readonly reading?: string;
  readonly vocabulary?: string;
  readonly state: string;
  readonly coordinator: string;
  readonly storeEngine?: string;
  readonly transport?: string;
  readonly unsafeSharedPseudonymKey?: string;
  readonly newPseudonymKey?: boolean;
  readonly receive: boolean;
  readonly epoch: number;
  readonly releaseWait: number;
  readonly hidden?: string;
  readonly protocol: EvaluationProtocol;
  readonly negatives: number;
  readonly evaluationSeed: string;
  readonly decoder: string;
  readonly servePort: number;
  readonly once?: boolean;
  readonly maxEpsilon: number;
  readonly maxDelta: number;
  readonly minNoise: number;
  readonly minPlatforms: number;
  readonly minNoisePlatforms: number;
  readonly minColluding: number;
  readonly minPlatformsPerPerson: number;
  readonly requirePrivateEncoder?: boolean;
  readonly maxEpsilon0?: number;
  readonly acceptNoPrivacy?: boolean;
  readonly events?: 'json';
  readonly logLevel: LogLevel;
  readonly logFile?: string;
}

export function platformCommand(): Command {
  const command = withAllow(new Command('platform')).description(
    'run one platform: train inside, take part in rounds, release and receive representations, serve first recommendations',
  );
  command
    .optionsGroup('What it is made of:')
    .requiredOption('--manifest <file>', 'the manifest that all members have signed', text)
    .requiredOption('--identity <file>', "this platform's key file", text)
    .requiredOption('--data <source>', 'its interactions', text)
    .option(
      '--reading <file>',
      'how they are read: "isthmus data inspect" writes it (default: SOURCE.reading.yaml)',
      text,
    )
    .option('--vocabulary <file>', 'the list of ids that the manifest names, if it names one', text)
    .requiredOption('--state <dir>', 'its private state; made where it is missing', text)
    .option('--store-engine <name>', 'what keeps a new state: sqlite, or package:store of an allowed package', text)
    .option(
      '--transport <name>',
      'what carries messages: socket.io, or the coordinator’s package:transport of an allowed package',
      text,
    )
    .requiredOption('--coordinator <url>', 'http(s) address of the coordinator, or of the proxy in front of it', text)
    .optionsGroup('Persons:')
    .option(
      '--unsafe-shared-pseudonym-key <file>',
      'key with which all platforms compute pseudonyms: anyone with it can compute anybody’s',
      text,
    )
    .option(
      '--new-pseudonym-key',
      'once, when all platforms have agreed on another key: this state takes it, and draws no second code in an epoch',
    )
    .option('--no-receive', 'release only: ask no other platform for representations')
    .option(
      '--release-wait <seconds>',
      'how long a decoder is not fitted for want of a source’s answer; what there is serves meanwhile',
      integer(0, 86_400),
      600,
    )
    .option('--epoch <number>', 'release epoch to ask in', integer(0), 1)
    .optionsGroup('What it refuses to go below:')
    .option('--max-epsilon <number>', 'total epsilon of everything trained', positive, DEFAULT_FLOOR.maxEpsilon)
    .option('--max-delta <number>', 'its delta', positive, DEFAULT_FLOOR.maxDelta)
    .option('--min-noise <number>', 'noise multiplier of a sum that leaves', positive, DEFAULT_FLOOR.minNoiseMultiplier)
    .option('--min-platforms <count>', 'platforms in a masked sum', integer(3), DEFAULT_FLOOR.minPlatforms)
    .option(
      '--min-noise-platforms <count>',
      'platforms in a sum that is opened',
      integer(3),
      DEFAULT_FLOOR.minNoiseThreshold,
    )
    .option(
      '--min-colluding <count>',
      'colluding platforms that the plan must cover',
      integer(0),
      DEFAULT_FLOOR.minColluding,
    )
    .option(
      '--min-platforms-per-person <count>',
      'platforms that one person may be on and epsilon still holds',
      integer(1),
      DEFAULT_FLOOR.minPlatformsPerPerson,
    )
    .option('--require-private-encoder', 'refuse strategies whose encoder is made from raw data, e.g. linear-bridge')
    .option('--max-epsilon0 <number>', 'epsilon of one released code; without it `raw` is accepted too', positive)
    .option('--accept-no-privacy', 'take part in a federation WITHOUT NOISE')
    .optionsGroup('Serving and measuring:')
    .option(
      '--decoder <name>',
      'how it decodes what it receives: "isthmus strategies" lists all readouts and spaces',
      decoder,
      DEFAULT_DECODER,
    )
    .option('--serve-port <port>', 'loopback port of the local service; 0: any free one', integer(0, 65_535), 0)
    .option(
      '--hidden <file>',
      'hidden positives of cold persons (person<TAB>item): measure, and keep STATE/evaluation.json',
      text,
    )
    .addOption(
      new Option('--protocol <name>', 'how to measure')
        .choices(EVALUATION_PROTOCOLS)
        .default(DEFAULT_EVALUATION.protocol),
    )
    .option(
      '--negatives <count>',
      'items each hidden positive is ranked among',
      integer(1),
      DEFAULT_EVALUATION.negatives,
    )
    .option('--evaluation-seed <text>', 'seed of those items', text, DEFAULT_EVALUATION.seed)
    .option('--once', 'stop when first recommendations stand, are measured, and every letter is delivered')
    .optionsGroup('Running:')
    .addOption(new Option('--events <format>', 'progress on standard output, one event a line').choices(['json']))
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .option('--log-file <file>', 'JSON lines there instead of standard error', text)
    .addHelpText(
      'after',
      `
Exit codes: 0 stopped as asked, or done (--once); 1 a defect; 2 the command line; 3 data, manifest or key file;
4 a port, a store or a disk; 5 the privacy budget or this platform's floor; 6 the federation ended the link.

Examples:
  isthmus data inspect films.tsv                                       first: how the data is read
  isthmus platform --manifest fed/manifest.yaml --identity fed/films.key --data films.tsv --state films-state \\
      --coordinator http://localhost:7480
  isthmus recommend --state films-state --person p000123 --k 10        ask it, from another terminal`,
    )
    .action(run);
  return command;
}

/** Resolves once nothing is left to do except serving. */
async function settledAndSent(platform: Platform): Promise<undefined> {
  await platform.settled;
  await platform.delivered();
}

async function run(options: PlatformCommandOptions): Promise<void> {
  // Loaded here, so that the other commands start without it.
  const [{ runPlatform }, { openLog, silentLog }, { readIdentity }, { formatStatement }] = await Promise.all([
    import('../../client/run.ts'),
    import('../../host/log.ts'),
    import('../../host/federation-files.ts'),
    import('../../core/claims/statement-text.ts'),
  ]);
  /** The name in the key file. Whether the file is valid is checked, and reported, later. */
  const nameIn = (file: string): string => {
    try {
      return readIdentity(file, silentLog).name;
    } catch {
      return 'platform';
    }
  };
  const log = openLog({
    level: options.logLevel,
    name: nameIn(options.identity),
    human: process.stderr.isTTY,
    ...(options.logFile !== undefined && { file: options.logFile }),
  });
  try {
    const running = await runPlatform({
      manifest: options.manifest,
      identity: options.identity,
      data: options.data,
      ...(options.reading !== undefined && { reading: options.reading }),
      ...(options.vocabulary !== undefined && { vocabulary: options.vocabulary }),
      state: options.state,
      coordinator: options.coordinator,
      ...(options.storeEngine !== undefined && { storeEngine: options.storeEngine }),
      ...(options.transport !== undefined && { transport: options.transport }),
      receives: options.receive,
      epoch: options.epoch,
      releaseTimeoutMs: 1000 * options.releaseWait,
      servePort: options.servePort,
      decoder: options.decoder,
      evaluation: { protocol: options.protocol, negatives: options.negatives, seed: options.evaluationSeed },
      floor: {
        acceptNoPrivacy: options.acceptNoPrivacy === true,
        maxEpsilon: options.maxEpsilon,
        maxDelta: options.maxDelta,
        minNoiseMultiplier: options.minNoise,
        minPlatforms: options.minPlatforms,
        minNoiseThreshold: options.minNoisePlatforms,
        minHonest: DEFAULT_FLOOR.minHonest,
        minColluding: options.minColluding,
        minPlatformsPerPerson: options.minPlatformsPerPerson,
        requirePrivateEncoder: options.requirePrivateEncoder === true,
        maxEpsilon0: options.maxEpsilon0 ?? null,
      },
      log,
      emit: (event) => {
        if (options.events === 'json') process.stdout.write(`${JSON.stringify(event)}\n`);
      },
      ...(options.unsafeSharedPseudonymKey !== undefined && {
        unsafeSharedPseudonymKey: options.unsafeSharedPseudonymKey,
        hasNewPseudonyms: options.newPseudonymKey === true,
      }),
      ...(options.hidden !== undefined && { hidden: options.hidden }),
    });
    // Signals are handled only from here on: before the platform runs, a signal ends the process at once, however long its data takes to
    // read.
    const stopped = interruption(SERVICE_STOP_MS);
    try {
      if (options.events !== 'json') process.stdout.write(`${formatStatement(running.platform.statement)}\n`);
      const { platform } = running;
      const failure = await Promise.race([
        stopped.asked,
        ...(options.once === true ? [settledAndSent(platform)] : []),
        platform.failed.then((error) => ({ error })),
      ]);
      if (failure !== undefined) throw failure.error;
    } finally {
      await running.stop();
    }
  } finally {
    await log.close();
  }
}
