/**
 * The common part of everything that has a name in a manifest or on the command line. Types only.
 * @module
 */

export interface Piece<Settings extends object = object> {
  readonly name: string;
  /** One line for tables and --help. */
  readonly summary: string;
  /** Paper and equation. */
  readonly reference: string;
  readonly defaults: Settings;
  /** Parses and checks settings. Its errors name the key and the accepted range. */
  settings(raw: unknown): Settings;
  /** Values of single settings from which a search draws (`isthmus experiment search`); absent: it leaves this piece as it is. */
  readonly draws?: Draws;
  /**
   * The piece's own settings that switch its mechanism off. The gain over this is the mechanism's work. A piece from a
   * package may have none.
   */
  readonly ablation?: { readonly off: string; readonly settings: Readonly<Record<string, unknown>> };
}

/** By setting, the values that a search may give it. The default is among them. */
export type Draws = Readonly<Record<string, readonly unknown[]>>;

/** A piece as a manifest names it. */
export interface PieceSpec {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Share of the budget (of zero-concentrated DP), relative to the other pieces'. Absent: the piece's usual share. */
  readonly portion?: number;
}

/** A piece with its settings checked and completed. */
export interface Chosen<One extends Piece> {
  readonly piece: One;
  readonly settings: object;
  /** Its share of the budget; 0 if it charges nothing. */
  readonly share: number;
}
