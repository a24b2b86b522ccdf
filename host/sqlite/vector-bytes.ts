/**
 * Vectors as bytes in the byte order of this machine, which suffices because private state never leaves it.
 * @module
 */
export function toBytes(vector: Float32Array | Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** @param bytes must begin at the start of their buffer. */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, 0, bytes.length / 4);
}

export function toFloat64(bytes: Uint8Array<ArrayBuffer>): Float64Array {
  return new Float64Array(bytes.buffer, 0, bytes.length / 8);
}
