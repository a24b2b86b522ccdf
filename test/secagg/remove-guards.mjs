/**
 * Shows that every guard of the masked sum is held by a test: takes each one out in a copy of the project, runs the test that
 * is named after the attack it stops, and complains where that test still passes.
 *
 *   node test/secagg/remove-guards.mjs [part of a guard's name]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const never = (condition) => [`if (${condition}) {`, 'if (false) {'];
const COORDINATOR = 'cheating-coordinator';
const PLATFORM = 'cheating-platform';
const PROOF = 'refund-proof';

/** [guard, file from core/secagg, edits as [text, replacement], test file from test/secagg, part of the test's name] */
const guards = [
  [
    'three platforms at least',
    'parameters.ts',
    [["['cohort size', n, LEAST_PLATFORMS,", "['cohort size', n, 1,"]],
    COORDINATOR,
    'invites two platforms',
  ],
  [
    'policy floor: noise shares',
    'parameters.ts',
    [['if (p.tNoise < floor.tNoise)', 'if (false)']],
    COORDINATOR,
    'lowers the least number of noise shares',
  ],
  [
    'policy floor: platforms',
    'parameters.ts',
    [['if (p.cohort.length < least)', 'if (false)']],
    COORDINATOR,
    'invites fewer platforms than the policy',
  ],
  [
    'policy floor: colluders',
    'parameters.ts',
    [['if (p.colluders < floor.colluders)', 'if (false)']],
    COORDINATOR,
    'guards against fewer colluders',
  ],
  [
    'c < 2t - n',
    'parameters.ts',
    [never('p.colluders > tolerated || 2 * p.threshold <= n')],
    COORDINATOR,
    'plans with so many helpers',
  ],
  [
    'two honest platforms in a sum',
    'parameters.ts',
    [never('p.tNoise - p.colluders < LEAST_HONEST')],
    COORDINATOR,
    'plans sums that may hold one honest',
  ],
  [
    'spent attempts',
    'platform.ts',
    [never('dependencies.isEntered(attempt)')],
    COORDINATOR,
    'begins an attempt a second time',
  ],
  [
    'enough keys',
    'platform/keys.ts',
    [["expectEnough('the key list', platforms.length, least, parameters.tNoise);", '']],
    COORDINATOR,
    'lists fewer keys than the threshold',
  ],
  [
    'enough keys for the noise',
    'guards.ts',
    [never('count < tNoise')],
    COORDINATOR,
    'lists fewer keys than the noise needs',
  ],
  [
    'own key there',
    'platform/keys.ts',
    [["if (own === undefined) throw new SecaggError('SECAGG_OWN_KEY', 'missing from the key list');", '']],
    COORDINATOR,
    "leaves the platform's own key out",
  ],
  [
    'own key once',
    'guards.ts',
    [never('i > 0 && platforms[i - 1] >= index')],
    COORDINATOR,
    "lists the platform's own key twice",
  ],
  [
    'own key unchanged',
    'platform/keys.ts',
    [["if (!same) throw new SecaggError('SECAGG_OWN_KEY', 'replaced in the key list');", '']],
    COORDINATOR,
    "replaces the platform's own key",
  ],
  [
    'known platforms in the key list',
    'guards.ts',
    [never('!Number.isInteger(index) || index < 0 || index >= cohortSize')],
    COORDINATOR,
    'lists a platform outside the cohort',
  ],
  [
    'keys distinct',
    'platform/keys.ts',
    [['if (seen.has(key)) throw', 'if (false) throw']],
    COORDINATOR,
    'gives two platforms one key',
  ],
  [
    'keys of the right size',
    'platform/keys.ts',
    [["expectBytes('a seal key', entry.sealKey, KEY_BYTES, entry.platform);", '']],
    COORDINATOR,
    'shortens a key',
  ],
  [
    'no points of low order',
    'platform/shares.ts',
    [
      [
        "throw new SecaggError('SECAGG_LOW_ORDER', `platform ${platform}`, platform);",
        'secrets.boxKeys.set(platform, new Uint8Array(32)); secrets.pairwise.set(platform, { key: new Uint8Array(32), sign: 1 });',
      ],
    ],
    COORDINATOR,
    'of low order, signed',
  ],
  [
    'key signatures: substitution',
    'platform/keys.ts',
    [never('!session.dependencies.engine.verify(signed, entry.signature, identity)')],
    COORDINATOR,
    "substitutes another platform's",
  ],
  [
    'key signatures: replay',
    'parameters.ts',
    [['[parametersHash, platform,', '[platform,']],
    COORDINATOR,
    'replays keys that a platform signed',
  ],
  [
    'key signatures: two models',
    'platform/keys.ts',
    [never('!session.dependencies.engine.verify(signed, entry.signature, identity)')],
    COORDINATOR,
    'shows half of the platforms another model',
  ],
  [
    'model under the signature',
    'parameters.ts',
    [['    p.modelHash,\n', '']],
    COORDINATOR,
    'shows one platform another model',
  ],
  [
    'privacy parameters under the signature',
    'parameters.ts',
    [['    p.configHash,\n', '']],
    COORDINATOR,
    'shows one platform other privacy parameters',
  ],
  [
    'round under the signature',
    'parameters.ts',
    [['    p.round,\n    p.attempt,\n    p.modelHash', '    p.attempt,\n    p.modelHash']],
    COORDINATOR,
    'shows one platform another round',
  ],
  [
    'attempt under the signature',
    'parameters.ts',
    [['    p.round,\n    p.attempt,\n    p.modelHash', '    p.round,\n    p.modelHash']],
    COORDINATOR,
    'shows one platform another attempt',
  ],
  [
    'threshold under the signature',
    'parameters.ts',
    [['    p.threshold,\n    p.tNoise,', '    p.tNoise,']],
    COORDINATOR,
    'shows one platform a lower threshold',
  ],
  [
    'noise shares under the signature',
    'parameters.ts',
    [['    p.threshold,\n    p.tNoise,', '    p.threshold,']],
    COORDINATOR,
    'shows one platform fewer noise shares',
  ],
  [
    'one key list',
    'platform.ts',
    [
      [
        "throw new SecaggError('SECAGG_EQUIVOCATION', message.kind);",
        "return ignore(state, new SecaggError('SECAGG_DUPLICATE', message.kind));",
      ],
    ],
    COORDINATOR,
    'sends two different key lists',
  ],
  [
    'beacon openings',
    'platform/keys.ts',
    [never('!equalBytes(commitBeacon(dependencies.engine, parametersHash, platform, nonce), beaconCommitment)')],
    COORDINATOR,
    'changes an opening of the beacon',
  ],
  [
    'beacon openings all there',
    'platform/keys.ts',
    [["expectBytes('the beacon list', list.nonces, KEY_BYTES * joined.keys.length);", '']],
    COORDINATOR,
    'leaves an opening out',
  ],
  [
    'sid in the seal',
    'packet.ts',
    [["canonicalBytes('isthmus/packet', [sessionId, from, to])", "canonicalBytes('isthmus/packet', [from, to])"]],
    COORDINATOR,
    'replays a share packet from another round',
  ],
  [
    'authenticated packets',
    'packet.ts',
    [
      [
        'if (plaintext?.length !== PLAINTEXT_BYTES) {',
        'if (plaintext === null) return { maskKeyShare: new Uint8Array(32), selfMaskShare: new Uint8Array(32) };\n  if (false) {',
      ],
    ],
    COORDINATOR,
    'changes a packet',
  ],
  [
    'packets from whom they say',
    'packet.ts',
    [
      [
        'if (plaintext?.length !== PLAINTEXT_BYTES) {',
        'if (plaintext === null) return { maskKeyShare: new Uint8Array(32), selfMaskShare: new Uint8Array(32) };\n  if (false) {',
      ],
    ],
    COORDINATOR,
    'delivers a packet as if another platform',
  ],
  [
    'packets of the right size',
    'platform/shares.ts',
    [["expectBytes('the packets', message.sealed, SEALED_PACKET_BYTES * dealers.length);", '']],
    COORDINATOR,
    'delivers packets of the wrong size',
  ],
  [
    'shares match commitments',
    'platform/shares.ts',
    [['if (!equalBytes(commitShares(session, sessionId, dealer, me, shares), committed)) {', 'if (false) {']],
    COORDINATOR,
    'changes a commitment to a share',
  ],
  [
    'enough dealers',
    'platform/shares.ts',
    [["expectEnough('U2', dealers.length + 1, parameters.threshold, parameters.tNoise);", '']],
    COORDINATOR,
    'delivers packets of too few dealers',
  ],
  [
    'dealers are neighbours',
    'platform/shares.ts',
    [never('!neighbours.has(dealer)')],
    COORDINATOR,
    'names the platform itself as a dealer',
  ],
  ['dealers once', 'guards.ts', [never('i > 0 && platforms[i - 1] >= index')], COORDINATOR, 'names a dealer twice'],
  [
    'grants within the update',
    'platform/upload.ts',
    [['if (!valid) throw', 'if (false) throw']],
    COORDINATOR,
    'grants chunks the update does not have',
  ],
  [
    'nothing leaves unmasked',
    'platform/upload.ts',
    [['if (session.secrets.wiped) return;', '']],
    COORDINATOR,
    'ends the session while chunks wait',
  ],
  ['one update', 'platform/upload.ts', [never('session.update !== null')], COORDINATOR, 'one update a session'],
  [
    'self not dropped',
    'platform/unmask.ts',
    [["if (!survivors.has(me)) throw new SecaggError('SECAGG_SELF_DEAD', 'its keys are wiped');", '']],
    COORDINATOR,
    'lists the platform itself as dropped',
  ],
  [
    'known survivors',
    'guards.ts',
    [never('!Number.isInteger(index) || index < 0 || index >= cohortSize')],
    COORDINATOR,
    'lists an unknown platform as surviving',
  ],
  [
    'survivors once',
    'guards.ts',
    [never('i > 0 && platforms[i - 1] >= index')],
    COORDINATOR,
    'lists a surviving platform twice',
  ],
  [
    'enough survivors',
    'guards.ts',
    [never('count < threshold')],
    COORDINATOR,
    'lists fewer survivors than the threshold',
  ],
  [
    'enough survivors for the noise',
    'guards.ts',
    [never('count < tNoise')],
    COORDINATOR,
    'lists fewer survivors than the noise needs',
  ],
  [
    'survivors dealt shares',
    'platform/unmask.ts',
    [
      ['if (!inU1.has(platform)) throw', 'if (false) throw'],
      ['if (!dealers.has(platform)) throw', 'if (false) throw'],
    ],
    COORDINATOR,
    'lists a survivor that never dealt shares',
  ],
  [
    'survivors after the upload',
    'platform/unmask.ts',
    [['if (state.furthest < chunkCount(parameters.vectorLength, parameters.chunkLength)) {', 'if (false) {']],
    COORDINATOR,
    'announces survivors before',
  ],
  [
    'one list of survivors',
    'platform.ts',
    [
      [
        "throw new SecaggError('SECAGG_EQUIVOCATION', message.kind);",
        "return ignore(state, new SecaggError('SECAGG_DUPLICATE', message.kind));",
      ],
    ],
    COORDINATOR,
    'announces two different lists of survivors',
  ],
  ['signatures over one U3', 'platform/unmask.ts', [never('!valid')], COORDINATOR, 'forwards all signatures'],
  [
    't signatures over one U3',
    'platform/unmask.ts',
    [never('agreeing < parameters.threshold')],
    COORDINATOR,
    'forwards the signatures that agree',
  ],
  [
    't signatures',
    'platform/unmask.ts',
    [never('agreeing < parameters.threshold')],
    COORDINATOR,
    'forwards fewer signatures than the threshold',
  ],
  ['valid signatures', 'platform/unmask.ts', [never('!valid')], COORDINATOR, 'forwards a forged signature'],
  [
    'sid under the signature',
    'platform/unmask.ts',
    [['[sessionId, survivors.length, ...survivors]', '[survivors.length, ...survivors]']],
    COORDINATOR,
    'forwards signatures of another round',
  ],
  ['signers once', 'guards.ts', [never('i > 0 && platforms[i - 1] >= index')], COORDINATOR, 'counts one signer twice'],
  [
    'signers survive',
    'platform/unmask.ts',
    [never('!alive.has(platform)')],
    COORDINATOR,
    'counts a signer outside the survivors',
  ],
  [
    'signatures of the right size',
    'platform/unmask.ts',
    [["expectBytes('the signatures', signatures, SIGNATURE_BYTES * platforms.length);", '']],
    COORDINATOR,
    'forwards signatures of the wrong size',
  ],
  [
    'one reveal',
    'platform.ts',
    [
      [
        "throw new SecaggError('SECAGG_EQUIVOCATION', message.kind);",
        "return ignore(state, new SecaggError('SECAGG_DUPLICATE', message.kind));",
      ],
    ],
    COORDINATOR,
    'asks for the other share of a peer',
  ],
  [
    'charge before the first chunk',
    'platform/upload.ts',
    [["[{ kind: 'charge', sessionId: state.dealt.sessionId }, upload]", '[upload]']],
    COORDINATOR,
    'the charge before the first chunk',
  ],
  [
    'one charge a session',
    'platform/upload.ts',
    [['if (state.isCharged) return', 'if (false) return']],
    COORDINATOR,
    'nothing is charged twice',
  ],
  [
    'reveal durable before it is sent',
    'platform/unmask.ts',
    [["{ kind: 'persist-reveal', attempt: session.attempt, reveals: reply },", '']],
    COORDINATOR,
    'the choice is durable before it',
  ],
  [
    'charge before the first grant',
    'coordinator/progress.ts',
    [
      [
        "[{ kind: 'charge', sessionId: dealing.sessionId }, ...grants(session, uploads.open())]",
        'grants(session, uploads.open())',
      ],
    ],
    'first-grant',
    'the charge comes first',
  ],
  [
    'no grant before enough have asked',
    'coordinator/progress.ts',
    [['uploads.isOpen || uploads.waiting.length < leastAnswers(state)', 'uploads.isOpen']],
    'first-grant',
    'to nobody while too few have asked',
  ],
  [
    'a grace for those who have not asked',
    'coordinator/progress.ts',
    [["if (grace === 'over' || uploads.waiting.length === remaining.size) {", 'if (true) {']],
    'first-grant',
    'and the others had their time',
  ],
  [
    'keys kept before they are told',
    'coordinator/stages.ts',
    [["{ kind: 'persist-keys', sessionId, parametersHash, keys: namedKeys },", '']],
    'first-grant',
    'are kept before they are told',
  ],
  [
    't - 1 - c',
    'refund-proof.ts',
    [['return threshold - 1 - colluders;', 'return threshold - colluders;']],
    PROOF,
    'with one more',
  ],
  [
    'liars among those who stated',
    'refund-proof.ts',
    [['return threshold - 1 - colluders;', 'return threshold - 1;']],
    PROOF,
    'together hold t shares',
  ],
  [
    'a refund is of its session',
    'refund-proof.ts',
    [
      [
        "if (toHex(sessionIdOf(engine, parametersHash, entries)) !== claim.session) return 'is of another session';",
        '',
      ],
    ],
    PROOF,
    'cut down to those who stated',
  ],
  [
    'a statement is signed',
    'refund-proof.ts',
    [['  return forged === undefined', '  return true ? undefined : forged === undefined']],
    PROOF,
    'a statement of another attempt',
  ],
  [
    'listed keys are signed',
    'refund-proof.ts',
    [['if (unsigned !== undefined) return', 'if (false) return']],
    PROOF,
    'in a session made up for it',
  ],
  [
    'a statement counts once',
    'refund-proof.ts',
    [
      [
        "if (new Set(statements.map(({ platform }) => platform)).size < statements.length) return 'counts a statement twice';",
        '',
      ],
    ],
    PROOF,
    'a statement counted twice',
  ],
  [
    'statements of listed platforms',
    'refund-proof.ts',
    [['if (outsider !== undefined) return', 'if (false) return']],
    PROOF,
    'that is not in the key list',
  ],
  [
    'a platform is listed once',
    'refund-proof.ts',
    [["if (listed.size < keys.length) return 'lists a platform twice';", '']],
    PROOF,
    'a platform listed twice',
  ],
  [
    'bounded work',
    'refund-proof.ts',
    [['if (keys.length > identities.size) return', 'if (false) return']],
    PROOF,
    'takes bounded work',
  ],
  [
    'a session has t platforms',
    'refund-proof.ts',
    [['if (keys.length < threshold) return', 'if (false) return']],
    PROOF,
    'of too few platforms',
  ],
  [
    'the attempt under a statement',
    'statement.ts',
    [['[federation, attempt, parametersHash, sealKey, maskKey]', '[federation, parametersHash, sealKey, maskKey]']],
    PROOF,
    'a statement of another attempt',
  ],
  [
    'the keys under a statement',
    'statement.ts',
    [['[federation, attempt, parametersHash, sealKey, maskKey]', '[federation, attempt, parametersHash]']],
    PROOF,
    'over other keys of the same platform',
  ],
  [
    'the federation under a statement',
    'statement.ts',
    [['[federation, attempt, parametersHash, sealKey, maskKey]', '[attempt, parametersHash, sealKey, maskKey]']],
    PROOF,
    'a statement of another federation',
  ],
  [
    'keys wiped after the reveal',
    'platform/unmask.ts',
    [['wipe(secrets);', '']],
    COORDINATOR,
    'nothing secret, once it has revealed',
  ],
  [
    'keys wiped when it leaves',
    'platform/state.ts',
    [['  wipe(session.secrets);\n', '']],
    COORDINATOR,
    'nothing secret, once it has revealed',
  ],
  [
    'late means out',
    'platform.ts',
    [["if (event.code === 'SECAGG_LATE')", 'if (false)']],
    COORDINATOR,
    'keeps a platform waiting',
  ],
  [
    'signed keys',
    'coordinator/answers.ts',
    [never('!engine.verify(signed, message.signature, session.parameters.cohort[from].identity)')],
    PLATFORM,
    'advertises keys it has not signed',
  ],
  [
    'advertised sizes',
    'coordinator/answers.ts',
    [["expectBytes('the mask key', message.maskKey, KEY_BYTES, from);", '']],
    PLATFORM,
    'advertises a short key',
  ],
  [
    'two different keys',
    'coordinator/answers.ts',
    [never('equalBytes(message.sealKey, message.maskKey)')],
    PLATFORM,
    'advertises one key for both uses',
  ],
  [
    'advertised low order',
    'coordinator/answers.ts',
    [['if (isLowOrder(key)) throw', 'if (false) throw']],
    PLATFORM,
    'advertises a key of low order',
  ],
  [
    'advertised keys distinct',
    'coordinator/answers.ts',
    [['if (taken.has(toHex(key))) throw', 'if (false) throw']],
    PLATFORM,
    "advertises another platform's key",
  ],
  [
    'one answer',
    'coordinator/receive.ts',
    [
      [
        "throw new SecaggError('SECAGG_EQUIVOCATION', `platform ${platform} answered twice, differently`, platform);",
        'return true;',
      ],
    ],
    PLATFORM,
    'advertises twice',
  ],
  [
    'opened beacon',
    'coordinator/receive.ts',
    [['if (!equalBytes(opened, commitments.get(platform) ?? new Uint8Array(0))) {', 'if (false) {']],
    PLATFORM,
    'opens its beacon commitment with something else',
  ],
  [
    'dealt sizes',
    'coordinator/answers.ts',
    [["expectBytes('the packets', message.sealed, SEALED_PACKET_BYTES * others, from);", '']],
    PLATFORM,
    'deals packets of the wrong size',
  ],
  [
    'all commitments',
    'coordinator/answers.ts',
    [["expectBytes('the commitments', message.commitments, SHARE_COMMITMENT_BYTES * holders.length, from);", '']],
    PLATFORM,
    'leaves commitments out',
  ],
  [
    'committed shares',
    'platform/shares.ts',
    [['if (!equalBytes(commitShares(session, sessionId, dealer, me, shares), committed)) {', 'if (false) {']],
    PLATFORM,
    'deals one holder a share',
  ],
  [
    'rebuilt seed opens its commitment',
    'coordinator/opening.ts',
    [
      [
        'if (!equalBytes(commitment, summing.dealt.get(platform)?.selfMaskCommitment ?? new Uint8Array(0))) {',
        'if (false) {',
      ],
    ],
    PLATFORM,
    'deals shares of a self-mask seed',
  ],
  [
    'rebuilt key has its public half',
    'coordinator/opening.ts',
    [never('!equalBytes(agreement.publicKey, keyOf(summing, platform))')],
    PLATFORM,
    'deals shares of another secret',
  ],
  [
    'chunks by grant',
    'coordinator/uploads.ts',
    [
      [
        "if (staged === undefined) throw new SecaggError('SECAGG_CHUNK', `chunk ${index} without a grant`, platform);",
        'if (staged === undefined) return [];',
      ],
    ],
    PLATFORM,
    'sends a chunk without a grant',
  ],
  [
    'chunks in order',
    'coordinator/uploads.ts',
    [
      ["if (index < staged.next) throw new SecaggError('SECAGG_DUPLICATE', `chunk ${index}`, platform);", ''],
      never('index !== staged.next || index >= staged.granted'),
    ],
    PLATFORM,
    'sends chunks out of order',
  ],
  ['chunk sizes', 'packing.ts', [never('bytes.length !== expected')], PLATFORM, 'sends a chunk of the wrong size'],
  [
    'only whole updates are summed',
    'coordinator/uploads.ts',
    [
      [
        'unpackInto(staged.vector.subarray(start, start + length), bytes, ringBits);',
        'const values = new Uint32Array(length);\n    unpackInto(values, bytes, ringBits);\n    values.forEach((value, i) => (this.total[start + i] += value));',
      ],
      ['this.#addToTotal(staged.vector);', ''],
    ],
    PLATFORM,
    'dies in the middle of its upload',
  ],
  [
    'signature over this U3',
    'coordinator/answers.ts',
    [['if (!session.dependencies.engine.verify(signed, message.signature, identity)) {', 'if (false) {']],
    PLATFORM,
    'signs another list of survivors',
  ],
  [
    'signature size',
    'coordinator/answers.ts',
    [["expectBytes('the signature', message.signature, SIGNATURE_BYTES, from);", '']],
    PLATFORM,
    'signs with the wrong size',
  ],
  [
    'revealed seed shares',
    'coordinator/answers.ts',
    [['if (!equalBytes(commitShare(engine, sessionId, peer, from, kind, share), expected)) {', 'if (false) {']],
    PLATFORM,
    'reveals a corrupt share of a seed',
  ],
  [
    'revealed key shares',
    'coordinator/answers.ts',
    [['if (!equalBytes(commitShare(engine, sessionId, peer, from, kind, share), expected)) {', 'if (false) {']],
    PLATFORM,
    'reveals a corrupt share of a mask key',
  ],
  [
    'kind of reveal',
    'coordinator/answers.ts',
    [never('ofSelfMask !== alive.has(peer)')],
    PLATFORM,
    'reveals the other kind of share',
  ],
  [
    'every reveal',
    'coordinator/answers.ts',
    [never('reveals.length !== peers.length'), ['if (peer !== peers[i]) throw', 'if (false) throw']],
    PLATFORM,
    'leaves a reveal out',
  ],
  [
    'each peer once',
    'coordinator/answers.ts',
    [['if (peer !== peers[i]) throw', 'if (false) throw']],
    PLATFORM,
    'reveals one peer twice',
  ],
  [
    'share sizes',
    'coordinator/answers.ts',
    [["expectBytes('a share', share, KEY_BYTES, from);", '']],
    PLATFORM,
    'reveals a share of the wrong size',
  ],
  [
    'senders of the cohort',
    'coordinator/receive.ts',
    [['return [state, [reject(from, error), fault(from, error)]];', 'return [state, []];']],
    PLATFORM,
    'a stranger',
  ],
  [
    'stage of a message',
    'coordinator/receive.ts',
    [['if (STAGE_OF[message.kind] !== state.stage) {', 'if (false) {']],
    PLATFORM,
    'a message of another stage',
  ],
  [
    'going back',
    'platform/upload.ts',
    [
      [
        'const from = limit > state.limit ? Math.max(next, state.handedOut) : next;',
        'const from = Math.max(next, state.handedOut);',
      ],
    ],
    'connections',
    'at random',
  ],
  [
    'in the sum, whatever was acknowledged',
    'platform/unmask.ts',
    [['state.furthest <', 'state.handedOut <']],
    'connections',
    'under the last acknowledgement',
  ],
  [
    'overflow refused',
    '../privacy/mechanism/scale.ts',
    [
      [
        'if (room >= candidate.integerClip) return fitted(candidate, room, setting);\n      throw overflow(candidate, setting);',
        'return fitted(candidate, room, setting);',
      ],
    ],
    '../privacy/ring',
    'refused with the arithmetic',
  ],
  [
    'rings sized for noise',
    '../privacy/mechanism/scale.ts',
    [['(bound + tailMultiple(platforms, sum.dimension) * sum.localSigma)', 'bound']],
    '../privacy/ring',
    'holds every platform at its worst',
  ],
  [
    'sid in the masks',
    'masks.ts',
    [['hkdf(engine, sessionId, secret, info)', 'hkdf(engine, new Uint8Array(32), secret, info)']],
    'masks',
    'shown different models',
  ],
];

const copy = mkdtempSync(join(tmpdir(), 'isthmus-guards-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const part of [
  'core',
  'proto',
  'test/secagg',
  'test/crypto',
  'test/privacy/ring.test.ts',
  'test/typescript.mjs',
  'package.json',
  'tsconfig.json',
]) {
  cpSync(join(root, part), join(copy, part), { recursive: true });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');

/** Number of tests that ran, and number that failed. */
function runTest(file, name) {
  const args = [
    '--import=./test/typescript.mjs',
    mocha,
    '--reporter=json',
    '--spec',
    `test/secagg/${file}.test.ts`,
    '--fgrep',
    name,
  ];
  const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  const begin = stdout.indexOf('{\n  "stats"');
  if (begin === -1) return { tests: 0, failures: 0 };
  return JSON.parse(stdout.slice(begin)).stats;
}

const chosen = guards.filter(([guard]) => guard.includes(process.argv[2] ?? ''));
let held = 0;
for (const [guard, file, edits, testFile, test] of chosen) {
  const path = join(copy, 'core', 'secagg', file);
  const original = readFileSync(path, 'utf8');
  let changed = original;
  let verdict = '';
  for (const [text, replacement] of edits) {
    if (changed.split(text).length !== 2)
      verdict = `"${text}" stands ${changed.split(text).length - 1} times in ${file}`;
    changed = changed.replace(text, () => replacement);
  }
  if (verdict === '') {
    writeFileSync(path, changed);
    const { tests, failures } = runTest(testFile, test);
    writeFileSync(path, original);
    if (tests === 0) verdict = 'no such test';
    else if (failures === 0) verdict = 'THE TEST STILL PASSES';
    else held++;
  }
  console.log(
    `${verdict === '' ? 'held' : 'NOT HELD'}  ${guard} (${file}): "${test}"${verdict === '' ? '' : `: ${verdict}`}`,
  );
}
console.log(`${held} of ${chosen.length} guards are held by a test`);
process.exitCode = held === chosen.length ? 0 : 1;
