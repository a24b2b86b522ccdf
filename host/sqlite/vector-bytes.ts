/**
 * Vectors as bytes of this machine: private state never travels.
 * @module
 */
export function toBytes(vector: Float32Array | Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** @param bytes their own buffer, from its start. */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, 0, bytes.length / 4);
}

export function toFloat64(bytes: Uint8Array<ArrayBuffer>): Float64Array {
  return new Float64Array(bytes.buffer, 0, bytes.length / 8);
}
