/**
 * The parts of a handshake that both ends share: the keys, and the id of a connection. The id is made of both ends'
 * nonces, so that nobody can replay a recording of an earlier handshake to either end.
 * @module
 */
import { createHash } from 'node:crypto';
import { encodeBody } from './body-codec.ts';
import type { Body } from './body.ts';
import { CONNECTION_BYTES, sealEnvelope } from './envelope.ts';
import type { LinkBody } from './link-body.ts';
import { FrameSigner, FrameVerifier } from './signing.ts';
import type { WireIdentity } from './transport.ts';

export const COORDINATOR = 'coordinator';
/** Timeout of a handshake. */
export const HANDSHAKE_MS = 10_000;
/** Longest frame of a handshake. A longer one is refused before anybody has proved an identity. */
export const HANDSHAKE_FRAME_BYTES = 4096;

const CONTEXT = Buffer.from('isthmus connection 1\n');
const REFUSAL_CONTEXT = Buffer.from('isthmus refusal 1\n');
const NO_SESSION = new Uint8Array(0);

export function connectionOf(coordinatorNonce: Uint8Array, platformNonce: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(CONTEXT).update(coordinatorNonce).update(platformNonce).digest();
  return digest.subarray(0, CONNECTION_BYTES);
}

/**
 * The connection id in the refusal of a hello. It is derived from the refused frame, which contains the platform's
 * fresh nonce. So a recorded refusal of another hello does not fit.
 */
export function refusalOf(coordinatorNonce: Uint8Array, frame: Uint8Array): Uint8Array {
  const refused = createHash('sha256').update(frame).digest();
  const digest = createHash('sha256').update(REFUSAL_CONTEXT).update(coordinatorNonce).update(refused).digest();
  return digest.subarray(0, CONNECTION_BYTES);
}

/** The text for a platform that has a later version of the manifest than the coordinator. */
export function aheadText(coordinator: number, platform: number): string {
  return `the coordinator runs by version ${coordinator} of the manifest, and this platform by version ${platform}: it waits until the coordinator is started with version ${platform}`;
}

/** One end's keys, prepared once. */
export class Keys {
  readonly signer: FrameSigner;
  readonly #name: string;
  readonly #verifiers = new Map<string, FrameVerifier>();
  readonly #former = new Map<string, FrameVerifier>();

  constructor(identity: WireIdentity) {
    this.#name = identity.name;
    this.signer = new FrameSigner(identity.secretKey);
    for (const [name, key] of identity.publicKeys) this.#verifiers.set(name, new FrameVerifier(key));
    for (const [name, key] of identity.formerKeys ?? []) this.#former.set(name, new FrameVerifier(key));
  }

  verifierOf(name: string): FrameVerifier | undefined {
    return this.#verifiers.get(name);
  }

  /** The key of a platform that left the federation. It verifies only that platform's hello. */
  formerVerifierOf(name: string): FrameVerifier | undefined {
    return this.#verifiers.has(name) ? undefined : this.#former.get(name);
  }

  /** A message of the link outside the numbered stream. */
  word(body: Body | LinkBody, connection: Uint8Array): Uint8Array {
    const header = { sender: this.#name, connection, sequence: 0, session: NO_SESSION };
    return sealEnvelope(header, encodeBody(body), this.signer);
  }
}
