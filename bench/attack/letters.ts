/**
 * Attacks on a platform by another platform that may write to it.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { LetterBody, ReleaseBatch } from '../../core/federation/letter.ts';
import type { Body } from '../../core/wire/body.ts';
import { pause, STRIKE_MS, until } from './attack.ts';
import type { Attack } from './attack.ts';
import { HostileMember } from './hostile-member.ts';
import { EVIL } from './members.ts';
import type { Scene } from './scene.ts';

const TARGET = 'target';
const SOURCE = 'source';
const FAR = 4_000_000_000;

const attack = (name: string, strike: Attack['strike'], victim = TARGET): Attack => ({
  name,
  stage: 'letters',
  victim,
  strike,
});

export const LETTERS: readonly Attack[] = [
  ...[500, 2000, 16_000].map((dimension) =>
    attack(
      `one letter of representations of ${dimension} numbers, ${((dimension * 240) / 2 ** 20).toFixed(2)} MiB`,
      (scene) => written(scene, (persons) => [batch({ dimension }, persons)], 2 * STRIKE_MS),
    ),
  ),
  attack('30 answers to rounds that do not exist, 1.5 MiB each', async (scene) => {
    const before = scene.diskMiB('target-state/state.db', 'target-state/state.db-wal');
    const many = Array.from({ length: 8000 }, () => randomBytes(16).toString('base64url'));
    const told = await written(scene, () =>
      Array.from({ length: 30 }, (_, n) => batch({ modelRound: n + 1, dimension: 40 }, many)),
    );
    const after = scene.diskMiB('target-state/state.db', 'target-state/state.db-wal');
    return `${told}; state ${before.toFixed(1)} -> ${after.toFixed(1)} MiB`;
  }),
  attack('letters of NaN, of zeros, of 3e38, of one number, of part 4 of 4,294,967,295, of round 4 billion', (scene) =>
    written(scene, (persons) => [
      batch({}, persons, Number.NaN),
      batch({}, persons, 0),
      batch({}, persons, 3e38),
      batch({ dimension: 1 }, persons),
      batch({ part: 4, parts: 2 ** 32 - 1 }, persons),
      batch({ modelRound: FAR }, persons),
    ]),
  ),
  attack('150,000 withdrawals of nobody, in 3 letters', (scene) =>
    written(scene, () =>
      Array.from({ length: 3 }, () => ({
        kind: 'release-withdrawal' as const,
        persons: Array.from({ length: 50_000 }, () => randomBytes(16).toString('base64url')),
      })),
    ),
  ),
  attack('300 requests for the same release', requests, SOURCE),
];

type Change = Partial<ReleaseBatch>;

/** Grows with every letter. */
let order = Math.floor(Date.now() / 1000);

/** The target's key for letters that name persons, in versions that have such keys. */
const KEYS = new WeakMap<Scene, Uint8Array>();

function batch(change: Change, persons: readonly string[], value = 0.1): LetterBody {
  const dimension = change.dimension ?? 8;
  return {
    kind: 'release-batch',
    epoch: 1,
    modelRound: 0,
    part: 0,
    parts: 1,
    mode: 'raw',
    noiseModel: '{"kind":"exact"}',
    prototypes: new Float32Array(0),
    persons,
    expires: new Uint32Array(persons.length).fill(FAR),
    vectors: new Float32Array(persons.length * dimension).fill(value),
    ...change,
    dimension,
  };
}

/** Seals letters in the same way as the checkout's own platforms. */
class Writer {
  readonly member: HostileMember;
  readonly #scene: Scene;

  private constructor(scene: Scene, member: HostileMember) {
    this.#scene = scene;
    this.member = member;
  }

  static async join(scene: Scene): Promise<Writer> {
    const { checkout, url } = scene;
    const member = await HostileMember.join(checkout, url, scene.member(EVIL));
    const writer = new Writer(scene, member);
    member.onBody = (body) => writer.#take(body);
    for (const body of member.heard) writer.#take(body);
    member.ready();
    // The target offers this key together with its request for a release, at its start.
    if (checkout.seals !== undefined) await until(() => KEYS.has(scene), 3000);
    return writer;
  }

  get isOffered(): boolean {
    return this.#scene.checkout.seals === undefined || KEYS.has(this.#scene);
  }

  async write(to: string, bodies: readonly LetterBody[]): Promise<void> {
    for (const body of bodies) {
      const mail = this.#mail(to, body);
      if (mail === undefined) continue;
      this.member.sendWhole(mail);
      await pause(5);
    }
  }

  /** Answers that name persons are sealed to the requester's key, in versions that have such keys. */
  async offerKey(to: string): Promise<void> {
    const { seals } = this.#scene.checkout;
    if (seals === undefined) return;
    const { publicKey } = seals.letterKeyPair({ bytes: (length) => new Uint8Array(randomBytes(length)) });
    const now = Math.floor(Date.now() / 1000);
    await this.write(to, [{ kind: 'letter-key', publicKey, until: now + 86_400, serial: now }]);
    await pause(500);
  }

  #mail(to: string, body: LetterBody): Body | undefined {
    const { checkout } = this.#scene;
    const { identity, manifest } = this.member.member;
    const id = new Uint8Array(randomBytes(16));
    const envelope = { federation: manifest.federation, from: EVIL, to, id };
    const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
    const sealOf = (name: string): Uint8Array =>
      new Uint8Array(Buffer.from(manifest.platforms.find((one) => one.name === name)!.seal, 'base64'));
    let sealed: Uint8Array;
    if (checkout.seals === undefined) {
      const old = checkout.letters as unknown as {
        sealLetter(a: object, b: LetterBody, keys: object, source: object): Uint8Array;
      };
      sealed = old.sealLetter(envelope, body, { ownSecret: identity.seal.secretKey, peerPublic: sealOf(to) }, random);
    } else {
      const receiver = checkout.letters.namesPersons(body) ? KEYS.get(this.#scene) : sealOf(to);
      if (receiver === undefined) return undefined;
      const content = checkout.letters.encodeLetter(body);
      const keys = { signing: identity.identity.secretKey, receiver };
      sealed = checkout.seals.sealLetter(envelope, { order: (order += 1), content }, keys, random);
    }
    return { kind: 'mail', id, from: EVIL, to, lifetimeSeconds: 86_400, sealed };
  }

  #take(body: { readonly kind: string }): void {
    if (body.kind !== 'mail') return;
    const mail = body as Extract<Body, { kind: 'mail' }>;
    this.member.send({ kind: 'mail-receipt', id: mail.id, outcome: 'taken' });
    const { seals, letters } = this.#scene.checkout;
    if (seals === undefined || mail.from !== TARGET) return;
    const { identity, manifest, publicKeys } = this.member.member;
    const envelope = { federation: manifest.federation, from: mail.from, to: EVIL, id: mail.id };
    const { content } = seals.openLetter(envelope, mail.sealed, {
      secretOf: () => identity.seal.secretKey,
      sender: publicKeys.get(TARGET)!,
    });
    const letter = letters.decodeLetter(content, TARGET);
    if (letter.kind === 'letter-key') KEYS.set(this.#scene, letter.publicKey);
  }
}

/** Pseudonyms of the target's own persons. */
async function targetsPersons(scene: Scene): Promise<readonly string[]> {
  const { federation, pseudonyms } = scene.checkout;
  const key = Buffer.from(readFileSync(scene.place.path('fed/pseudonym.key'), 'utf8').trim(), 'base64');
  const persons = [...federation.column(scene.place, `data/${TARGET}.tsv`, 0)];
  return pseudonyms.unsafeSharedKeyPseudonyms(new Uint8Array(key)).pseudonyms(persons);
}

async function written(
  scene: Scene,
  make: (persons: readonly string[]) => readonly LetterBody[],
  milliseconds = STRIKE_MS,
): Promise<string> {
  const writer = await Writer.join(scene);
  if (!writer.isOffered) return 'no key was offered to write to';
  await writer.write(TARGET, make(await targetsPersons(scene)));
  await pause(milliseconds);
  writer.member.end();
  return '';
}

async function requests(scene: Scene): Promise<string> {
  const file = scene.place.path('consenting.txt');
  writeFileSync(file, [...scene.checkout.federation.column(scene.place, `data/${SOURCE}.tsv`, 0)].join('\n'));
  const consents = ['consent', 'add', '--state', 'source-state', '--target', EVIL, '--file', file];
  const { code, stderr } = await scene.place.run(...consents);
  if (code !== 0) throw new Error(stderr);
  const writer = await Writer.join(scene);
  await writer.offerKey(SOURCE);
  const before = writer.member.heard.length;
  const request = { kind: 'release-request', epoch: 1, modelRound: 0 } as const;
  await writer.write(
    SOURCE,
    Array.from({ length: 300 }, () => request),
  );
  await pause(STRIKE_MS);
  const answers = writer.member.heard
    .slice(before)
    .flatMap((body) => (body.kind === 'mail' ? [body.sealed.length] : []));
  const bytes = answers.reduce((sum, length) => sum + length, 0);
  writer.member.end();
  return `${answers.length} answers, ${(bytes / 1024).toFixed(0)} KiB`;
}
