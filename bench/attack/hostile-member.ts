/**
 * A member of the federation with a hostile program: it is welcomed, and then sends anything.
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { Body } from '../../core/wire/body.ts';
import type { LinkBody } from '../../core/wire/link-body.ts';
import { RawWebSocket } from '../../test/wire/raw-websocket.ts';
import type { Checkout, Member } from './checkout.ts';
import { within } from './scene.ts';

const JOIN_MS = 20_000;
/** Without acknowledgements the other end would stop sending. */
const ACKNOWLEDGE_EVERY = 8;

export class HostileMember {
  readonly raw: RawWebSocket;
  readonly member: Member;
  /** Messages received, as far as they could be decoded. */
  readonly heard: (Body | LinkBody)[] = [];
  readonly #checkout: Checkout;
  readonly #signer: InstanceType<Checkout['handshake']['Keys']>['signer'];
  #connection: Uint8Array = new Uint8Array(0);
  #sequence = 0;
  #read = 0;
  #received = 0;
  /** Called with each numbered message. */
  onBody: (body: Body | LinkBody) => void = () => undefined;

  private constructor(checkout: Checkout, raw: RawWebSocket, member: Member) {
    this.#checkout = checkout;
    this.raw = raw;
    this.member = member;
    const { name, manifest, manifestHash, publicKeys, identity } = member;
    const { secretKey } = identity.identity;
    const { federation, version: manifestVersion } = manifest;
    const keys = { name, secretKey, federation, manifestHash, manifestVersion, publicKeys };
    this.#signer = new checkout.handshake.Keys(keys).signer;
  }

  static async join(checkout: Checkout, url: string, member: Member): Promise<HostileMember> {
    const raw = await RawWebSocket.connected(url);
    const one = new HostileMember(checkout, raw, member);
    raw.socket.on('data', () => one.#listen());
    one.#listen();
    const challenge = await within(JOIN_MS, one.next('challenge'));
    if (challenge.kind !== 'challenge') throw new Error(challenge.kind);
    const nonce = new Uint8Array(randomBytes(16));
    one.#connection = challenge.nonce;
    const { federation, version: manifestVersion } = member.manifest;
    const { manifestHash } = member;
    const link = new Uint8Array(0);
    one.say({ kind: 'hello', federation, manifestHash, manifestVersion, nonce, link, received: 0 });
    one.#connection = checkout.handshake.connectionOf(challenge.nonce, nonce);
    await within(JOIN_MS, one.next('welcome'));
    return one;
  }

  /** Sends a message of the link, or a message with a chosen number. */
  say(body: Body | LinkBody, sequence = 0, session: Uint8Array = new Uint8Array(0)): void {
    this.frame(this.#checkout.bodies.encodeBody(body), sequence, session);
  }

  /** Sends the next message in order. */
  send(body: Body | LinkBody, session?: Uint8Array): void {
    this.#sequence += 1;
    this.say(body, this.#sequence, session);
  }

  /** Sends a body of any length, in fragments if needed. */
  sendWhole(body: Body): void {
    const { bodies, fragments, limits } = this.#checkout;
    const { chunkBytes, maxFrameBytes } = limits.COORDINATOR_LIMITS;
    const sizes = { chunkBytes, frameBytes: maxFrameBytes - 1024 };
    const whole = new fragments.EncodedBody(bodies.encodeBody(body));
    const transfer = this.#sequence + 1;
    for (let piece = 0; piece < whole.pieces(sizes); piece++) {
      this.#sequence += 1;
      this.frame(whole.piece(piece, sizes, transfer), this.#sequence);
    }
  }

  /** Signs any bytes with this platform's key. */
  frame(body: Uint8Array, sequence: number, session: Uint8Array = new Uint8Array(0)): void {
    const header = { sender: this.member.name, connection: this.#connection, sequence, session };
    this.raw.event(this.#checkout.envelopes.sealEnvelope(header, body, this.#signer));
  }

  /** The status of a platform that could take part. */
  ready(): void {
    this.send({ kind: 'status', stage: 'ready', fraction: 1, prepared: true });
  }

  async next(kind: (Body | LinkBody)['kind']): Promise<Body | LinkBody> {
    await this.raw.until(() => {
      this.#listen();
      return this.heard.some((body) => body.kind === kind);
    });
    const found = this.heard.find((body) => body.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} came`);
    return found;
  }

  end(): void {
    this.raw.end();
  }

  #listen(): void {
    const { frames } = this.raw;
    const { envelopes, bodies } = this.#checkout;
    // The coordinator's signature is not under test here.
    const expected = { verifierOf: () => ANYBODY, connection: undefined, maxFrameBytes: 1 << 24 };
    for (; this.#read < frames.length; this.#read++) {
      const opened = envelopes.openEnvelope(frames[this.#read], expected);
      const body = bodies.decodeBody(opened.content);
      this.heard.push(body);
      if (opened.sequence === 0) continue;
      this.#received = opened.sequence;
      this.onBody(body);
      if (this.#received % ACKNOWLEDGE_EVERY === 0) this.acknowledge();
    }
  }

  acknowledge(): void {
    this.say({ kind: 'ack', handled: this.#received });
  }
}

const ANYBODY = { verify: () => true } as never;
