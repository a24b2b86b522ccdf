import assert from 'node:assert/strict';
import { isthmus } from '../../proto/gen/isthmus.js';
import { WIRE_VERSION } from '../../proto/version.ts';
import { encodeBody } from '../../core/wire/body-codec.ts';
import { openEnvelope, sealEnvelope } from '../../core/wire/envelope.ts';
import { readHead } from '../../core/wire/envelope-head.ts';
import { FrameSigner, FrameVerifier } from '../../core/wire/signing.ts';
import { testFederation } from '../../compliance/wire-federation.ts';

const { secretKey, publicKeys } = testFederation().of('alpha');
const signer = new FrameSigner(secretKey);
const stranger = new FrameSigner(testFederation().of('beta').secretKey);
const verifier = new FrameVerifier(publicKeys.get('alpha')!);
const connection = new Uint8Array(16).fill(1);
const header = { sender: 'alpha', connection, sequence: 1, session: new Uint8Array(0) };
const status = encodeBody({ kind: 'status', stage: 'x', fraction: 0, prepared: false });
const asked: string[] = [];
const expected = {
  verifierOf: (sender: string) => {
    asked.push(sender);
    return sender === 'alpha' ? verifier : undefined;
  },
  connection,
  maxFrameBytes: 1 << 20,
};

/** Any bytes, signed like a frame. */
function signed(bytes: Uint8Array, by = signer): Uint8Array {
  return Buffer.concat([bytes, Uint8Array.of(0x7a, 0x40), by.sign(bytes)]);
}
const head = (changes: isthmus.Envelope.$Properties = {}): Uint8Array =>
  isthmus.Envelope.encode({ version: WIRE_VERSION, ...header, ...changes }).finish();

describe('envelope', () => {
  it('is decoded only once its sender is known to have signed it', () => {
    // Bytes that no decoder accepts, so that this error shows that they were decoded.
    const broken = Buffer.concat([head(), Uint8Array.of(0xff, 0xff, 0xff)]);
    assert.throws(() => openEnvelope(signed(broken, stranger), expected), { code: 'WIRE_BAD_SIGNATURE' });
    assert.throws(() => openEnvelope(signed(broken), expected), { code: 'WIRE_MALFORMED' });
    const nobody = Buffer.concat([head({ sender: 'nobody' }), Uint8Array.of(0xff, 0xff, 0xff)]);
    assert.throws(() => openEnvelope(signed(nobody), expected), { code: 'WIRE_UNKNOWN_SENDER' });
    assert.equal(asked.at(-1), 'nobody');
  });

  it('is of the sender whose signature was checked: a field of its header does not come twice', () => {
    for (const again of [{ sender: 'beta' }, { version: WIRE_VERSION + 1 }, { signature: new Uint8Array(64) }]) {
      const twice = Buffer.concat([head(), isthmus.Envelope.encode(again).finish(), status]);
      assert.throws(() => openEnvelope(signed(twice), expected), { code: 'WIRE_MALFORMED' }, JSON.stringify(again));
    }
    assert.equal(openEnvelope(signed(Buffer.concat([head(), status])), expected).sender, 'alpha');
  });

  it('begins with its version and its sender, read by hand', () => {
    const frame = sealEnvelope(header, status, signer);
    assert.deepEqual(readHead(frame), { version: WIRE_VERSION, sender: 'alpha' });
    const name = 'Ä'.repeat(32);
    assert.deepEqual(readHead(head({ sender: name })), { version: WIRE_VERSION, sender: name });
    const malformed: Readonly<Record<string, Uint8Array>> = {
      nothing: new Uint8Array(0),
      'one byte': frame.subarray(0, 1),
      'a version alone': frame.subarray(0, 2),
      'a sender without its length': frame.subarray(0, 3),
      'a sender that is cut off': frame.subarray(0, 8),
      'a version of two bytes': head({ version: 128 }),
      'no version': isthmus.Envelope.encode(header).finish(),
      'no sender': isthmus.Envelope.encode({ version: WIRE_VERSION, connection }).finish(),
      'an empty sender': Uint8Array.of(0x08, 1, 0x12, 0, 0),
      'a sender of 65 bytes': head({ sender: 'x'.repeat(65) }),
      'a sender that is no UTF-8': Uint8Array.of(0x08, 1, 0x12, 2, 0xc3, 0x28),
    };
    for (const [what, bytes] of Object.entries(malformed)) {
      assert.throws(() => readHead(bytes), { code: 'WIRE_MALFORMED' }, what);
    }
  });
});
