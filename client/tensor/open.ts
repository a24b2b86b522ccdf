/**
 * Chooses and starts the tensor engine of this process.
 * @module
 */
import { messageOf } from '../../core/errors/coded-error.ts';
import type { TensorBackend, TensorBackendName, TensorEngine } from '../../core/tensor/backend.ts';
import { TensorError } from '../../core/tensor/errors.ts';
import { loadCpu } from './cpu.ts';
import { loadNode } from './node.ts';
import { loadWasm } from './wasm.ts';

export type TensorPreference = TensorBackendName | 'auto';

interface Loader {
  /** The backend's name in tfjs. */
  readonly registered: string;
  readonly load: () => Promise<TensorEngine>;
}

const LOADERS: Readonly<Record<TensorBackendName, Loader>> = {
  wasm: { registered: 'wasm', load: loadWasm },
  cpu: { registered: 'cpu', load: loadCpu },
  node: { registered: 'tensorflow', load: loadNode },
};

/** The backends to try, in order. `auto` prefers the native library. */
const ORDER: Readonly<Record<TensorPreference, readonly TensorBackendName[]>> = {
  wasm: ['wasm', 'cpu'],
  cpu: ['cpu'],
  node: ['node', 'wasm', 'cpu'],
  auto: ['node', 'wasm', 'cpu'],
};

/**
 * Opens the preferred backend, or the next one that works.
 * @param onFallback called with one line for each requested backend that is not available. Never called for `auto`,
 *   which requests none.
 * @throws TensorError TENSOR_BACKEND_UNAVAILABLE if none works.
 */
export async function openTensorBackend(
  preferred: TensorPreference = 'wasm',
  onFallback?: (reason: string) => void,
): Promise<TensorBackend> {
  const reasons: string[] = [];
  for (const name of ORDER[preferred]) {
    try {
      const backend = tensorBackend(name);
      await backend.engine();
      return backend;
    } catch (error) {
      const reason = `tensor backend "${name}" is not available (${firstLine(error)})`;
      reasons.push(reason);
      if (preferred !== 'auto') onFallback?.(`${reason}; trying the next`);
    }
  }
  throw new TensorError(
    'TENSOR_BACKEND_UNAVAILABLE',
    `${reasons.join('; ')}: install the package's dependencies again with npm ci`,
  );
}

const loaded = new Map<TensorBackendName, Promise<TensorEngine>>();

/** One backend by name, without fallback. It loads at the first `engine()`. */
export function tensorBackend(name: TensorBackendName): TensorBackend {
  const { registered, load } = LOADERS[name];
  return {
    name,
    async engine() {
      const pending = loaded.get(name) ?? load();
      loaded.set(name, pending);
      const tf = await pending;
      // Without this, tfjs advertises its native build on the console.
      tf.enableProdMode();
      if (tf.getBackend() !== registered && !(await tf.setBackend(registered))) {
        throw new TensorError(
          'TENSOR_BACKEND_UNAVAILABLE',
          `tensor backend "${name}" did not start; ask for "cpu", which runs everywhere`,
        );
      }
      return tf;
    },
  };
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0];
}
