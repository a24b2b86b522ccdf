/** A member of the federation with a hostile program: it is welcomed, and can then send any bytes. */
import assert from 'node:assert/strict';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import type { Body } from '../../core/wire/body.ts';
import { openEnvelope, sealEnvelope } from '../../core/wire/envelope.ts';
import { connectionOf } from '../../core/wire/handshake.ts';
import type { LinkBody } from '../../core/wire/link-body.ts';
import { FrameSigner, FrameVerifier } from '../../core/wire/signing.ts';
import type { WireIdentity } from '../../core/wire/transport.ts';
import { RawWebSocket } from './raw-websocket.ts';

export class RawMember {
  readonly raw: RawWebSocket;
  readonly #identity: WireIdentity;
  readonly #signer: FrameSigner;
  readonly #verifier: FrameVerifier;
  #connection: Uint8Array = new Uint8Array(0);

  private constructor(raw: RawWebSocket, identity: WireIdentity) {
    this.raw = raw;
    this.#identity = identity;
    this.#signer = new FrameSigner(identity.secretKey);
    this.#verifier = new FrameVerifier(identity.publicKeys.get('coordinator')!);
  }

  /** A connection that the coordinator has welcomed. */
  static async join(url: string, identity: WireIdentity): Promise<RawMember> {
    const member = new RawMember(await RawWebSocket.connected(url), identity);
    const challenge = await member.heard('challenge');
    assert.ok(challenge.kind === 'challenge');
    const nonce = new Uint8Array(16).fill(9);
    const { federation, manifestHash, manifestVersion } = identity;
    member.#connection = challenge.nonce;
    const link = new Uint8Array(0);
    member.say({ kind: 'hello', federation, manifestHash, manifestVersion, nonce, link, received: 0 });
    member.#connection = connectionOf(challenge.nonce, nonce);
    await member.heard('welcome');
    return member;
  }

  /** Sends a body under this platform's own signature. */
  say(body: Body | LinkBody, sequence = 0): boolean {
    return this.raw.event(this.frame(encodeBody(body), sequence));
  }

  frame(body: Uint8Array, sequence = 0): Uint8Array {
    const header = { sender: this.#identity.name, connection: this.#connection, sequence, session: new Uint8Array(0) };
    return sealEnvelope(header, body, this.#signer);
  }

  /** The first body of a kind from the coordinator. */
  async heard(kind: (Body | LinkBody)['kind']): Promise<Body | LinkBody> {
    await this.raw.until(() => this.bodies().some((body) => body.kind === kind));
    const found = this.bodies().find((body) => body.kind === kind);
    assert.ok(found !== undefined, `no ${kind} came`);
    return found;
  }

  bodies(): readonly (Body | LinkBody)[] {
    const expected = { verifierOf: () => this.#verifier, connection: undefined, maxFrameBytes: 1 << 24 };
    return this.raw.frames.map((frame) => decodeBody(openEnvelope(frame, expected).content));
  }
}
