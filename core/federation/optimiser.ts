/**
 * The coordinator's rule for moving the shared model by a round's mean update. It sees only the decoded noisy sum over
 * a public denominator, so it costs no privacy.
 * @module
 */
import { FederationError } from './errors.ts';

/** The state that an optimiser carries from one round to the next. */
export interface OptimiserState {
  /** Number of rounds applied so far. */
  readonly steps: number;
  /** Running vectors, each as long as the model; empty for `fedavg`. */
  readonly moments: readonly Float32Array[];
}

export interface ServerOptimiser {
  readonly name: 'fedavg' | 'fedadam';
  /** State before the first round, for a model with that many parameters. */
  initialState(dimension: number): OptimiserState;
  /**
   * Applies one round. It is pure: it changes neither argument, and equal arguments give equal bits.
   * @param meanUpdate [dimension], a direction of improvement (a negative gradient or a difference of weights).
   * @throws FederationError OPTIMISER_SHAPE if lengths disagree, OPTIMISER_NOT_FINITE on NaN or infinity.
   */
  step(model: Float32Array, meanUpdate: Float64Array | Float32Array, state: OptimiserState): OptimiserStep;
}

export interface OptimiserStep {
  readonly model: Float32Array;
  readonly state: OptimiserState;
}

export interface OptimiserSettings {
  readonly name: ServerOptimiser['name'];
  readonly learningRate: number;
}

/** The optimiser that a plan names. @throws FederationError OPTIMISER_LEARNING_RATE. */
export function serverOptimiser({ name, learningRate }: OptimiserSettings): ServerOptimiser {
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new FederationError(
      'OPTIMISER_LEARNING_RATE',
      `the server's learning rate is ${learningRate}; it must be a positive number`,
    );
  }
  switch (name) {
    case 'fedavg':
      return fedAvg(learningRate);
    case 'fedadam':
      return fedAdam(learningRate);
  }
}

/**
 * w <- w + lr x update. With learning rate 1 and updates that are differences of weights this is federated averaging
 * (McMahan et al. 2017, Algorithm 1).
 */
function fedAvg(learningRate: number): ServerOptimiser {
  return {
    name: 'fedavg',
    initialState: () => ({ steps: 0, moments: [] }),
    step(model, meanUpdate, state) {
      checkShapes('fedavg', model, meanUpdate, state, 0);
      const next = Float32Array.from(model, (weight, i) => weight + learningRate * meanUpdate[i]);
      return { model: next, state: { steps: state.steps + 1, moments: [] } };
    },
  };
}

const BETA1 = 0.9;
const BETA2 = 0.99;
const TAU = 1e-3;

/**
 * m <- b1 m + (1 - b1) u;  v <- b2 v + (1 - b2) u^2;  w <- w + lr m / (sqrt(v) + tau)
 * (Reddi et al. 2021, "Adaptive Federated Optimization", Algorithm 2, with b1 = .9, b2 = .99, tau = 1e-3, v0 = tau^2).
 */
function fedAdam(learningRate: number): ServerOptimiser {
  return {
    name: 'fedadam',
    initialState: (dimension) => ({
      steps: 0,
      moments: [new Float32Array(dimension), new Float32Array(dimension).fill(TAU * TAU)],
    }),
    step(model, meanUpdate, state) {
      checkShapes('fedadam', model, meanUpdate, state, 2);
      const [m, v] = state.moments.map((moment) => moment.slice());
      const next = model.slice();
      for (let i = 0; i < next.length; i++) {
        const update = meanUpdate[i];
        m[i] = BETA1 * m[i] + (1 - BETA1) * update;
        v[i] = BETA2 * v[i] + (1 - BETA2) * update * update;
        next[i] += (learningRate * m[i]) / (Math.sqrt(v[i]) + TAU);
      }
      return { model: next, state: { steps: state.steps + 1, moments: [m, v] } };
    },
  };
}

function checkShapes(
  name: string,
  model: Float32Array,
  meanUpdate: Float64Array | Float32Array,
  state: OptimiserState,
  moments: number,
): void {
  const lengths = [meanUpdate.length, ...state.moments.map((moment) => moment.length)];
  if (state.moments.length !== moments || lengths.some((length) => length !== model.length)) {
    throw new FederationError(
      'OPTIMISER_SHAPE',
      `${name}: a model of ${model.length} parameters met vectors of ${lengths.join(', ')}; ` +
        'the stored state belongs to another plan: start a new federation or restore its manifest',
    );
  }
  const broken = meanUpdate.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw new FederationError('OPTIMISER_NOT_FINITE', `${name}: the mean update is ${meanUpdate[broken]} at ${broken}`);
  }
}

const HEADER_BYTES = 12;

/**
 * The state as bytes for a durable store: steps, moments and length as little-endian uint32, then the moments as
 * float32.
 */
export function encodeOptimiserState(state: OptimiserState): Uint8Array {
  const length = state.moments[0]?.length ?? 0;
  const bytes = new Uint8Array(HEADER_BYTES + 4 * length * state.moments.length);
  const view = new DataView(bytes.buffer);
  [state.steps, state.moments.length, length].forEach((value, i) => view.setUint32(4 * i, value, true));
  state.moments.forEach((moment, row) =>
    moment.forEach((value, i) => view.setFloat32(HEADER_BYTES + 4 * (row * length + i), value, true)),
  );
  return bytes;
}

/** @throws FederationError OPTIMISER_STATE_CORRUPT if the bytes are not an encoded state. */
export function decodeOptimiserState(bytes: Uint8Array): OptimiserState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const corrupt = new FederationError(
    'OPTIMISER_STATE_CORRUPT',
    `${bytes.length} bytes are no optimiser state: restore the coordinator's store from its last good copy`,
  );
  if (bytes.length < HEADER_BYTES) throw corrupt;
  const [steps, moments, length] = [0, 4, 8].map((offset) => view.getUint32(offset, true));
  if (bytes.length !== HEADER_BYTES + 4 * length * moments) throw corrupt;
  return {
    steps,
    moments: Array.from({ length: moments }, (_, row) =>
      Float32Array.from({ length }, (_, i) => view.getFloat32(HEADER_BYTES + 4 * (row * length + i), true)),
    ),
  };
}
