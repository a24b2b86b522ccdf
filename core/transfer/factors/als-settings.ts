/**
 * Settings of the implicit factorisation. Types only.
 * @module
 */

export interface AlsSettings {
  readonly dimension: number;
  readonly sweeps: number;
  /** w0: weight of an unseen pair beside a seen one's 1. */
  readonly unseenWeight: number;
  /** λ. */
  readonly ridge: number;
  /** ν: 0 is Hu and Koren's constant ridge, 1 scales it with the number of interactions. */
  readonly ridgeExponent: number;
}
