/**
 * One federation, from its files to its figures.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import type { EvaluationDocument } from '../client/evaluation/document.ts';
import type { SimulationEvent } from './events.ts';
import { reportedError } from './failed-report.ts';
import type { RoundHistory } from './hosts/coordinator-host.ts';
import type { PlatformReport } from './hosts/platform-host.ts';
import { inProcessLauncher, processLauncher } from './hosts/launch.ts';
import { HostPool } from './hosts/pool.ts';
import type { CoordinatorEvent } from '../server/events.ts';
import { gaveUpText } from '../server/rounds/announcements.ts';
import { coordinatorStoreIn, platformStateIn } from './ledgers.ts';
import { sampledUnlessNamed } from './options.ts';
import { measuredDecoders } from './variants.ts';
import type { SimulationOptions } from './options.ts';
import type { DataFiles, FederationFiles, TrialWorld } from './trial-files.ts';

export interface TrialOutcome extends FederationOutcome {
  readonly evaluation: EvaluationDocument;
}

export interface FederationOutcome {
  /** Platforms whose process ended unexpectedly and was restarted with its state. */
  readonly restarts: readonly { readonly platform: string; readonly because: string }[];
  readonly rounds: readonly (RoundHistory & {
    readonly epsilonSpent: number | null;
    readonly stageSeconds: Readonly<Record<string, number>>;
  })[];
}

export interface TrialContext {
  readonly world: TrialWorld;
  readonly data: DataFiles;
  readonly federation: FederationFiles;
  readonly options: SimulationOptions;
  /** The run's log: JSON lines of every process. */
  readonly logFile: string;
  readonly onEvent: (event: SimulationEvent) => void;
  readonly signal: AbortSignal;
  /** Processes of earlier trials, which host this one too. Absent: this trial's own. */
  readonly pool?: HostPool;
}

/**
 * @throws the failing process's own error; SimulationError SIMULATION_PROCESS if one dies; the signal's reason if
 * aborted. Leaves no process behind.
 */
export async function runTrial(context: TrialContext): Promise<TrialOutcome> {
  const { value: evaluation, ...outcome } = await runFederation(context, (_, report) =>
    report.kind === 'evaluation' ? report.document : undefined,
  );
  return { evaluation, ...outcome };
}

/** Runs one federation until a platform's report ends it. @param endOf the value of the report that ends it; undefined for others. */
export async function runFederation<Value>(
  context: TrialContext,
  endOf: (platform: string, report: PlatformReport) => Value | undefined,
): Promise<FederationOutcome & { readonly value: Value }> {
  const { world, data, federation, options, logFile, onEvent, signal, pool = new HostPool() } = context;
  // All encoders of a table get the same noise, so that luck does not separate them.
  const { seed } = world;
  const restarts: { platform: string; because: string }[] = [];
  const launcher = options.inProcess
    ? inProcessLauncher()
    : processLauncher(pool, (platform, because) => {
        restarts.push({ platform, because });
        onEvent({ kind: 'platform-restarted', platform, because });
      });
  const ledger = new Map<string, number | null>();
  const seconds = new Map<string, Record<string, number>>();
  let history: readonly RoundHistory[] = [];
  /** Removes the listener from the caller's signal, which many trials share. */
  const over = new AbortController();
  // Without sockets nothing keeps the process alive while both sides wait: the timers of the clock do not.
  const alive = setInterval(() => undefined, 60_000);
  try {
    signal.throwIfAborted();
    const value = await new Promise<Value>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: over.signal });
      let attempt = '';
      let stages: Record<string, number> = {};
      const onCoordinator = (event: CoordinatorEvent): void => {
        if (event.kind === 'attempt') {
          attempt = `${event.round}/${event.attempt}`;
          stages = {};
          seconds.set(attempt, stages);
        }
        if (event.kind === 'stage-ended') stages[event.stage] = event.seconds;
        if (event.kind === 'epsilon') ledger.set(attempt, event.spent);
        if (event.kind === 'rounds-over' && event.ending !== 'completed') {
          const { ending, completedRounds, missed } = event;
          const why = ending === 'gave-up' ? `; ${gaveUpText(completedRounds + 1, missed)}` : '';
          onEvent({ kind: 'note', text: `rounds ended early: ${ending} after ${completedRounds} completed${why}` });
        }
        tell(event, federation.manifest.rounds.count, onEvent);
      };
      const start = async (): Promise<void> => {
        await launcher.coordinator(
          {
            manifestFile: federation.manifestFile,
            keyFile: federation.coordinatorKey,
            storeFile: coordinatorStoreIn(federation.folder),
            logFile,
            seed,
          },
          (report) => {
            if (report.kind === 'failed') reject(reportedError(report));
            if (report.kind === 'history') history = report.rounds;
            if (report.kind === 'spent') onEvent({ ...report, part: 'coordinator' });
            if (report.kind === 'event') onCoordinator(report.event);
          },
        );
        for (const { name } of world.domains) {
          signal.throwIfAborted();
          const stateFolder = platformStateIn(federation.folder, name);
          await mkdir(stateFolder, { recursive: true, mode: 0o700 });
          await launcher.platform(
            {
              name,
              manifestFile: federation.manifestFile,
              keyFile: federation.keys[name],
              dataFile: data.data[name],
              stateFolder,
              logFile,
              pseudonymKey: data.pseudonymKey,
              target: world.target,
              consenting: data.consenting,
              hidden: name === world.target && world.cold.length > 0 ? data.hidden : null,
              vocabulary: data.vocabulary,
              factors: data.factors,
              decoders: measuredDecoders(options),
              evaluation: {
                protocol: sampledUnlessNamed(options.protocol),
                negatives: options.negatives,
                seed: world.seed,
              },
              seed,
            },
            (report) => {
              if (report.kind === 'failed') reject(reportedError(report, `platform ${name}`));
              const end = endOf(name, report);
              if (end !== undefined) resolve(end);
              if (report.kind === 'spent') {
                onEvent({ ...report, part: name === world.target ? 'target' : 'sources' });
              }
              if (report.kind === 'event' && report.event.kind === 'stage') {
                const { stage, fraction } = report.event;
                onEvent({ kind: 'platform', platform: name, stage, fraction });
              }
            },
          );
        }
      };
      start().catch(reject);
    });
    await launcher.stop();
    return {
      value,
      restarts,
      rounds: history.map((round) => {
        const attempt = `${round.round}/${round.attempt}`;
        return { ...round, epsilonSpent: ledger.get(attempt) ?? null, stageSeconds: seconds.get(attempt) ?? {} };
      }),
    };
  } finally {
    clearInterval(alive);
    over.abort();
    await launcher.stop();
    if (context.pool === undefined) await pool.end();
  }
}

function tell(event: CoordinatorEvent, of: number, onEvent: (event: SimulationEvent) => void): void {
  if (event.kind === 'stage' || event.kind === 'attempt-ended') {
    const { round, attempt } = event;
    onEvent({ kind: 'round', of, round, attempt, stage: event.kind === 'stage' ? event.stage : event.outcome });
  }
  if (event.kind === 'epsilon') onEvent({ kind: 'epsilon', spent: event.spent, budget: event.budget });
}
