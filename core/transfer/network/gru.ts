/**
 * A gated recurrent unit over the vectors of an example, in their order; its output is the last state. Cho et al., EMNLP
 * 2014, eq. 5 to 8:
 *
 *   [r, u] = sigmoid([x, h, 1] G),   c = tanh([x, r ⊙ h, 1] C),   h <- u ⊙ h + (1 - u) ⊙ c.
 *
 * A step's gradient is one outer product per matrix, so an example has as many terms as steps.
 * @module
 */
import type { Arithmetic, Reals } from './arithmetic.ts';
import { sigmoid, tanh } from './arithmetic.ts';
import type { SequenceLayer } from './layer.ts';

export function gru(
  inputs: number,
  state: number,
  names: { readonly gates: string; readonly candidate: string },
): SequenceLayer {
  const rows = inputs + state + 1;
  const gateSize = rows * 2 * state;
  return {
    inputs,
    outputs: state,
    blocks: [
      { name: names.gates, shape: [rows, 2 * state] },
      { name: names.candidate, shape: [rows, state] },
    ],
    run(arithmetic, parameters, x, offsets) {
      const gates = parameters.subarray(0, gateSize);
      const candidate = parameters.subarray(gateSize);
      const steps = x.length / inputs;
      const tape = {
        gated: arithmetic.zeros(steps * rows),
        reset: arithmetic.zeros(steps * rows),
        bent: arithmetic.zeros(steps * 2 * state),
        made: arithmetic.zeros(steps * state),
      };
      const y = arithmetic.zeros((offsets.length - 1) * state);
      for (let example = 0; example + 1 < offsets.length; example++) {
        const h = new Float64Array(state);
        for (let step = offsets[example]; step < offsets[example + 1]; step++) {
          const [one, two] = [tape.gated, tape.reset].map((of) => of.subarray(step * rows, (step + 1) * rows));
          const own = x.subarray(step * inputs, (step + 1) * inputs);
          one.set(own);
          one.set(h, inputs);
          one[rows - 1] = 1;
          const bent = tape.bent.subarray(step * 2 * state, (step + 1) * 2 * state);
          timesVector(one, gates, bent);
          for (let j = 0; j < bent.length; j++) bent[j] = sigmoid(bent[j]);
          two.set(own);
          for (let j = 0; j < state; j++) two[inputs + j] = bent[j] * h[j];
          two[rows - 1] = 1;
          const made = tape.made.subarray(step * state, (step + 1) * state);
          timesVector(two, candidate, made);
          for (let j = 0; j < state; j++) {
            made[j] = tanh(made[j]);
            h[j] = bent[state + j] * h[j] + (1 - bent[state + j]) * made[j];
          }
        }
        y.set(h, example * state);
      }
      return { y, backward: (dy) => backward(arithmetic, { ...tape, gates, candidate }, dy, offsets, inputs, state) };
    },
  };
}

interface Tape {
  /** [x, h, 1] and [x, r ⊙ h, 1] of every step. */
  readonly gated: Reals;
  readonly reset: Reals;
  /** [r, u] and c of every step. */
  readonly bent: Reals;
  readonly made: Reals;
  readonly gates: Reals;
  readonly candidate: Reals;
}

function backward(
  arithmetic: Arithmetic,
  { bent, candidate, gated, gates, made, reset }: Tape,
  dy: Reals,
  offsets: Uint32Array,
  inputs: number,
  state: number,
): ReturnType<ReturnType<SequenceLayer['run']>['backward']> {
  const rows = inputs + state + 1;
  const steps = gated.length / rows;
  const dx = arithmetic.zeros(steps * inputs);
  const ofGates = arithmetic.zeros(steps * 2 * state);
  const ofCandidate = arithmetic.zeros(steps * state);
  const dh = new Float64Array(state);
  for (let example = 0; example + 1 < offsets.length; example++) {
    dh.set(dy.subarray(example * state, (example + 1) * state));
    for (let step = offsets[example + 1] - 1; step >= offsets[example]; step--) {
      const h = gated.subarray(step * rows + inputs, (step + 1) * rows - 1);
      const gate = bent.subarray(step * 2 * state, (step + 1) * 2 * state);
      const dGate = ofGates.subarray(step * 2 * state, (step + 1) * 2 * state);
      const dMade = ofCandidate.subarray(step * state, (step + 1) * state);
      const c = made.subarray(step * state, (step + 1) * state);
      for (let j = 0; j < state; j++) {
        const u = gate[state + j];
        dMade[j] = dh[j] * (1 - u) * (1 - c[j] * c[j]);
        dGate[state + j] = dh[j] * (h[j] - c[j]) * u * (1 - u);
      }
      for (let i = 0; i < inputs; i++) dx[step * inputs + i] = rowDot(candidate, i, dMade);
      const next = new Float64Array(state);
      for (let j = 0; j < state; j++) {
        const through = rowDot(candidate, inputs + j, dMade);
        dGate[j] = through * h[j] * gate[j] * (1 - gate[j]);
        next[j] = dh[j] * gate[state + j] + through * gate[j];
      }
      for (let i = 0; i < inputs; i++) dx[step * inputs + i] += rowDot(gates, i, dGate);
      for (let j = 0; j < state; j++) dh[j] = next[j] + rowDot(gates, inputs + j, dGate);
    }
  }
  return {
    dx,
    factors: [
      { at: 0, rows, columns: 2 * state, left: gated, right: ofGates, offsets },
      { at: rows * 2 * state, rows, columns: state, left: reset, right: ofCandidate, offsets },
    ],
  };
}

function timesVector(x: Reals, matrix: Reals, out: Reals): void {
  const columns = out.length;
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i] * matrix[i * columns + j];
    out[j] = sum;
  }
}

function rowDot(matrix: Reals, row: number, vector: Reals): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j++) sum += matrix[row * vector.length + j] * vector[j];
  return sum;
}
