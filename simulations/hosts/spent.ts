/**
 * What a part of a simulation took.
 * @module
 */

export interface Spent {
  /** `references`, `target`, `sources`, `coordinator`, `simulation`; after a colon, what of it. */
  readonly part: string;
  /** User and system time of its process; 0 for a part that shares its process with others. */
  readonly cpuSeconds: number;
  /** Domains that it factorised itself. */
  readonly factorisations: number;
}

/** The last message of a process that was told to stop. */
export type SpentReport = { readonly kind: 'spent' } & Omit<Spent, 'part'>;

/** Of this process since `began`, in seconds. */
export function cpuSecondsSince(began?: NodeJS.CpuUsage): number {
  const { system, user } = process.cpuUsage(began);
  return (user + system) / 1e6;
}
