import { Command, Option } from 'commander';
import type { CoordinatorEvent } from '../../server/events.ts';
import { EXIT, EXIT_TEXTS } from '../../host/exit-codes.ts';
import type { Ending } from '../../host/exit-codes.ts';
import type { LogLevel } from '../../host/log.ts';
import { integer, list, text } from '../arguments.ts';
import { interruption, SERVICE_STOP_MS } from '../interrupted.ts';
import { withAllow } from '../allow-option.ts';

/** The coordinator's port in the addresses that `isthmus init` prints. */
const DEFAULT_PORT = 7480;

interface CoordinatorFlags {
  readonly manifest: string;
  readonly identity: string;
  readonly store: string;
  readonly storeEngine?: string;
  readonly transport?: string;
  readonly host: string;
  readonly hostName: readonly string[];
  readonly port: number;
  readonly events?: 'json';
  readonly logFile?: string;
  readonly logLevel: LogLevel;
  readonly untilRoundsOver: boolean;
}

export function coordinatorCommand(): Command {
  return withAllow(new Command('coordinator'))
    .description('run the coordinator of a federation: rounds, mailbox, metrics')
    .requiredOption('--manifest <file>', 'the manifest.yaml that all members have signed', text)
    .requiredOption('--identity <file>', "the coordinator's key file", text)
    .requiredOption('--store <file>', 'its state, made where it does not exist: rounds, ledger, letters', text)
    .option('--store-engine <name>', 'what keeps it: sqlite, or package:store of an allowed package', text)
    .option('--transport <name>', 'what carries messages: socket.io, or package:transport of an allowed package', text)
    .option(
      '--port <number>',
      'where platforms connect, and HTTP is served; 0 takes any free one',
      integer(0, 65_535),
      DEFAULT_PORT,
    )
    .option('--host <address>', 'address to listen on', text, '127.0.0.1')
    .option(
      '--host-name <names>',
      "names by which HTTP is asked (its own, a proxy's), comma-separated; localhost and addresses always are",
      list(text),
      [],
    )
    .addOption(
      new Option('--events <format>', 'print every event as a line of JSON on standard output').choices(['json']),
    )
    .option('--log-file <file>', 'JSON log lines to this file instead of standard error', text)
    .addOption(
      new Option('--log-level <level>', 'least level logged')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option(
      '--until-rounds-over',
      'exit once no further round will come, or one is given up, instead of relaying letters until stopped',
      false,
    )
    .addHelpText('after', help())
    .action(run);
}

async function run(flags: CoordinatorFlags): Promise<void> {
  // Sockets, HTTP and the store are loaded when they are needed, not for --help.
  const [{ openLog }, { exitCodeOf, runCoordinator }] = await Promise.all([
    import('../../host/log.ts'),
    import('../../server/run.ts'),
  ]);
  const isHuman = process.stderr.isTTY;
  const log = openLog({
    level: flags.logLevel,
    name: 'coordinator',
    human: isHuman,
    ...(flags.logFile !== undefined && { file: flags.logFile }),
  });
  try {
    const running = await runCoordinator({
      ...flags,
      hostNames: flags.hostName,
      log,
      emit: flags.events === 'json' ? print : () => undefined,
    });
    // Signals are handled only from here on: before the coordinator runs, a signal ends the process at once.
    const stopped = interruption(SERVICE_STOP_MS);
    const { coordinator } = running;
    if (coordinator.plan.privacy.budget === null && flags.logFile !== undefined) {
      // The log has this too, but nobody may be reading a log file.
      process.stderr.write(
        'NO PRIVACY: this federation adds no noise; nothing bounds what anyone learns of a person\n',
      );
    }
    const failure = await Promise.race([
      stopped.asked,
      ...(flags.untilRoundsOver ? [coordinator.roundsOver.then(() => undefined)] : []),
      coordinator.failed.then((error) => ({ error })),
    ]);
    const { ending } = coordinator.status().rounds;
    await running.stop();
    if (failure !== undefined) throw failure.error;
    // A round that was given up may continue later, so a stop meanwhile is a stop by its user, with that exit code.
    process.exitCode = exitCodeOf(ending === 'gave-up' && !flags.untilRoundsOver ? null : ending);
  } finally {
    await log.close();
  }
}

function print(event: CoordinatorEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function help(): string {
  // An interruption stops a coordinator in order: it ends with what its rounds came to.
  const endings = (Object.keys(EXIT) as Ending[]).filter((ending) => ending !== 'interrupted');
  const codes = endings.map((ending) => `  ${EXIT[ending]}  ${EXIT_TEXTS[ending]}`);
  return `
HTTP on the same port: /healthz /readyz /v1/status; with the token in STORE.token, /metrics and all of the status:
  curl -H "Authorization: Bearer $(cat coordinator.db.token)" http://localhost:7480/v1/status

Exit codes:
${codes.join('\n')}

Examples:
  isthmus coordinator --manifest my-federation/manifest.yaml --identity my-federation/coordinator.key --store coordinator.db
  isthmus coordinator --manifest manifest.yaml --identity coordinator.key --store c.db --port 0 --events json`;
}
