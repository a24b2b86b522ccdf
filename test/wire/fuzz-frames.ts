/** Mutated or cut frames: the decoder answers with a typed error or a checked body, and never with anything else. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import { openEnvelope, sealEnvelope } from '../../core/wire/envelope.ts';
import { WireError } from '../../core/wire/errors.ts';
import { FrameSigner, FrameVerifier } from '../../core/wire/signing.ts';
import { anyBody } from './arbitrary-body.ts';
import { testFederation } from '../../compliance/wire-federation.ts';

const mutation = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 4,
});

/** @returns how often each code was the answer; `taken` counts mutations that gave another valid body. */
export function fuzzFrames(frames: number, seed: number): ReadonlyMap<string, number> {
  const { secretKey, publicKeys } = testFederation().of('alpha');
  const signer = new FrameSigner(secretKey);
  const verifier = new FrameVerifier(publicKeys.get('alpha')!);
  const connection = new Uint8Array(16).fill(1);
  const header = { sender: 'alpha', connection, sequence: 1, session: new Uint8Array(0) };
  const expected = { verifierOf: () => verifier, connection, maxFrameBytes: 1 << 16 };
  const answers = new Map<string, number>();
  const count = (answer: string): unknown => answers.set(answer, (answers.get(answer) ?? 0) + 1);
  fc.assert(
    fc.property(anyBody, mutation, fc.nat(7), fc.boolean(), (given, changes, cut, isSigned) => {
      const mutate = (target: Uint8Array): Uint8Array => {
        for (const [at, value] of changes) {
          target[Math.min(target.length - 1, Math.floor(at * target.length))] = value;
        }
        return cut === 0 ? target.subarray(0, Math.floor(changes[0][0] * target.length)) : target;
      };
      const body = new Uint8Array(encodeBody(given));
      // Half are changed before they are signed, as a dishonest platform would do, so that only the body's checks can
      // refuse them.
      const frame = isSigned
        ? sealEnvelope(header, new Uint8Array(mutate(body)), signer)
        : mutate(sealEnvelope(header, body, signer));
      try {
        decodeBody(openEnvelope(frame, expected).content);
        count('taken');
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
        count(error.code);
      }
    }),
    { numRuns: frames, seed },
  );
  return answers;
}
