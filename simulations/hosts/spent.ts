/**
 * The processor time and factorisations of a part of a simulation.
 * @module
 */

export interface Spent {
  /** `references`, `target`, `sources`, `coordinator` or `simulation`; a detail may follow after a colon. */
  readonly part: string;
  /** User and system time of the part's process; 0 if the part shares its process with others. */
  readonly cpuSeconds: number;
  /** Number of domains that the part factorised itself. */
  readonly factorisations: number;
}

/** The last message of a process that was told to stop. */
export type SpentReport = { readonly kind: 'spent' } & Omit<Spent, 'part'>;

/** Processor time of this process since `began`, in seconds. */
export function cpuSecondsSince(began?: NodeJS.CpuUsage): number {
  const { system, user } = process.cpuUsage(began);
  return (user + system) / 1e6;
}
