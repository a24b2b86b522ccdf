/**
 * Points of low order on Curve25519 and its twist. An X25519 agreement with one of them is zero, whatever the secret, because a
 * clamped secret is a multiple of the cofactor.
 * @module
 */
import { fromHex } from '../encoding/canonical-bytes.ts';

/** All such points, in every encoding below 2^255 (Bernstein, cr.yp.to/ecdh.html). */
const POINTS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(fromHex);

/** True if an agreement with this public key of 32 bytes is zero. X25519 ignores the highest bit of a key. */
export function isLowOrder(key: Uint8Array): boolean {
  return POINTS.some((point) => point.every((byte, i) => byte === (i === 31 ? key[i] & 0x7f : key[i])));
}
