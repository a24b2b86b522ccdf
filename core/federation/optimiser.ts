/**
 * The coordinator's rule for moving the shared model by a round's mean update. It sees only the decoded noisy sum over
 * a public denominator, so it costs no privacy.
 * @module
 */
import type { OptimiserName } from '../transfer/training/optimisers.ts';
import { FederationError } from './errors.ts';

/** The state that an optimiser carries from one round to the next. */
export interface OptimiserState {
  /** Number of rounds applied so far. */
  readonly steps: number;
  /** Running vectors, each as long as the model; empty for `fedavg`. */
  readonly moments: readonly Float32Array[];
}

export interface ServerOptimiser {
  readonly name: OptimiserName;
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
      return adaptive(FED_ADAM, learningRate);
    case 'fedyogi':
      return adaptive(FED_YOGI, learningRate);
    case 'fedadagrad':
      return adaptive(FED_ADAGRAD, learningRate);
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

/** The parts in which the adaptive optimisers differ. */
interface Adaptive {
  readonly name: ServerOptimiser['name'];
  /** b1: share of the earlier direction in the next one. */
  readonly momentum: number;
  /** v of one parameter after an update with that square. */
  readonly next: (v: number, square: number) => number;
}

/** v <- b2 v + (1 - b2) u^2: forgets large updates after about 1 / (1 - b2) rounds. */
const FED_ADAM: Adaptive = {
  name: 'fedadam',
  momentum: BETA1,
  next: (v, square) => BETA2 * v + (1 - BETA2) * square,
};

/** v <- v - (1 - b2) u^2 sign(v - u^2): as FedAdam, but v falls no faster than updates are large (Zaheer et al. 2018). */
const FED_YOGI: Adaptive = {
  name: 'fedyogi',
  momentum: BETA1,
  next: (v, square) => v - (1 - BETA2) * square * Math.sign(v - square),
};

/** v <- v + u^2, without momentum: v only grows, so steps only become shorter. */
const FED_ADAGRAD: Adaptive = { name: 'fedadagrad', momentum: 0, next: (v, square) => v + square };

/**
 * m <- b1 m + (1 - b1) u;  v as the optimiser says;  w <- w + lr m / (sqrt(v) + tau)
 * (Reddi et al. 2021, "Adaptive Federated Optimization", Algorithm 2, with b2 = .99, tau = 1e-3, v0 = tau^2, and b1 = .9,
 * or 0 for FedAdagrad, as in their experiments).
 */
function adaptive({ momentum, name, next: nextV }: Adaptive, learningRate: number): ServerOptimiser {
  return {
    name,
    initialState: (dimension) => ({
      steps: 0,
      moments: [new Float32Array(dimension), new Float32Array(dimension).fill(TAU * TAU)],
    }),
    step(model, meanUpdate, state) {
      checkShapes(name, model, meanUpdate, state, 2);
      const [m, v] = state.moments.map((moment) => moment.slice());
      const next = model.slice();
      for (let i = 0; i < next.length; i++) {
        const update = meanUpdate[i];
        m[i] = momentum * m[i] + (1 - momentum) * update;
        v[i] = nextV(v[i], update * update);
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
