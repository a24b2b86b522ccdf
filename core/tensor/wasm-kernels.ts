/**
 * Two kernels for the wasm backend of tfjs 4.22. They are composed of kernels that it has, so that they serve the same shapes as
 * those, and give the same bits in every run.
 * @module
 */
import type { DataId, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorEngine } from './backend.ts';

const marked = new WeakSet<TensorEngine>();

/**
 * Registers two kernels, once per engine:
 * - `BatchMatMul` as an explicit transpose and a plain product, for a transposed operand. XNNPACK runs the plain product about
 *   ten times faster, and every gradient of a dense layer has a transposed operand.
 * - `UnsortedSegmentSum` as a scatter that adds. The backend lacks this kernel, and the gradient of `gather` needs it.
 */
export function registerWasmKernels(tf: TensorEngine): void {
  if (marked.has(tf)) return;
  marked.add(tf);
  registerMatMul(tf);
  registerSegmentSum(tf);
}

/** The part of the backend that a kernel uses. */
interface Buffers {
  disposeData(dataId: DataId): boolean;
}

interface KernelCall {
  readonly inputs: NamedTensorInfoMap;
  readonly backend: Buffers;
  readonly attrs?: Record<string, unknown>;
}

/** A kernel of the wasm backend with one output, as a function. */
function kernel(tf: TensorEngine, name: string): (call: KernelCall) => TensorInfo {
  const config = tf.getKernel(name, 'wasm');
  return (call) => config.kernelFunc({ ...call, attrs: call.attrs as never }) as TensorInfo;
}

function registerMatMul(tf: TensorEngine): void {
  const plain = kernel(tf, 'BatchMatMul');
  const transpose = kernel(tf, 'Transpose');
  const turned = (x: TensorInfo, backend: Buffers): TensorInfo => {
    const perm = x.shape.map((_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    return transpose({ inputs: { x }, backend, attrs: { perm } });
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const engine = backend as Buffers;
      const temporary: DataId[] = [];
      let { a, b } = inputs as Record<'a' | 'b', TensorInfo>;
      if (attrs?.['transposeA'] === true) temporary.push((a = turned(a, engine)).dataId);
      if (attrs?.['transposeB'] === true) temporary.push((b = turned(b, engine)).dataId);
      const product = plain({ inputs: { a, b }, backend: engine, attrs: { transposeA: false, transposeB: false } });
      for (const dataId of temporary) engine.disposeData(dataId);
      return product;
    },
  });
}

function registerSegmentSum(tf: TensorEngine): void {
  const scatter = kernel(tf, 'ScatterNd');
  const reshape = kernel(tf, 'Reshape');
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const engine = backend as Buffers;
      const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', TensorInfo>;
      const length = segmentIds.shape[0];
      const indices = reshape({ inputs: { x: segmentIds }, backend: engine, attrs: { shape: [length, 1] } });
      const shape = [attrs?.['numSegments'] as number, ...x.shape.slice(1)];
      const sum = scatter({ inputs: { indices, updates: x }, backend: engine, attrs: { shape } });
      engine.disposeData(indices.dataId);
      return sum;
    },
  });
}
