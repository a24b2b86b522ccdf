/** The n = 3 session of golden/session-n3.json, from fixed seeds, as text. */
import type { CryptoEngine } from '../../../core/crypto/engine.ts';
import { run } from '../federation.ts';

export interface GoldenTranscript {
  readonly messages: readonly string[];
  readonly sum: readonly number[];
}

function text(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(text);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, text(member)]));
  }
  return value;
}

/** Every message in the order of delivery, and the sum. */
export function goldenTranscript(engine: CryptoEngine): GoldenTranscript {
  const result = run(3, {
    engine,
    seed: 'golden',
    parameters: { federation: 'golden', vectorLength: 12, ringBits: 24 },
    update: (id) => Uint32Array.from({ length: 12 }, (_, i) => 1000 * (Number(id.slice(1)) + 1) + i),
  });
  return {
    messages: result.transcript.map(({ way, platform, message }) =>
      JSON.stringify({ way, platform, ...(text(message) as object) }),
    ),
    sum: [...(result.sum ?? [])],
  };
}
