/**
 * A study answers one question that the cold-start table does not ask, for example whether a platform can suggest friends. It
 * measures its methods on a planted world, where its assumption holds by construction, and on real data where there are some.
 * @module
 */

/** Figures of one seed: values by method, then by metric. Methods of one table saw the same persons and the same draws. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Study {
  readonly name: string;
  /** What the study answers, for people: "Can a platform suggest friends ...?" */
  readonly question: string;
  /** Paper and equation of the method. */
  readonly reference: string;
  /** Metrics of the figures, the one that decides first, and which direction is better. */
  readonly metrics: Readonly<Record<string, 'higher' | 'lower'>>;
  /** The studied method: a row of the figures. */
  readonly method: string;
  readonly planted: PlantedStudy;
  /** Real data sets, each measured by itself; empty if there are no data for it, and `caveats` then says why. */
  readonly real: readonly RealStudy[];
  /** What the figures do not show, and what no claim covers: whole sentences. */
  readonly caveats: readonly string[];
}

export interface PlantedStudy {
  /** The assumption that holds in the world. */
  readonly summary: string;
  /** The row of the method without its mechanism. */
  readonly ablation: { readonly method: string; readonly off: string };
  /** By how much the method must be better in the first metric than other rows, the ablation among them, at least. */
  readonly margins: Readonly<Record<string, number>>;
  measure(seed: string): Figures | Promise<Figures>;
}

export interface RealStudy {
  /** Name of the data, for people: "Last.fm". */
  readonly name: string;
  /** Files that it reads, as paths within the data folder. */
  readonly files: readonly string[];
  /** Rows that the method is compared with in the first metric. */
  readonly over: readonly string[];
  /** @param folder the data folder. @param seed of splits and draws. */
  measure(folder: string, seed: string): Promise<Figures>;
}
