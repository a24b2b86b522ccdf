/**
 * The conditions under which a platform takes a charge back: its own record and the others' statements, and never for a
 * sum that may be opened.
 */
import assert from 'node:assert/strict';
import type { RefundProof } from '../../core/secagg/refund-proof.ts';
import { Deviation } from './deviation.ts';
import type { DeviationSettings, Honest } from './deviation.ts';

/** t = 4 of 5, c = 1: at most two may be silent. */
const SETTING: DeviationSettings = {
  platforms: 5,
  colluding: 1,
  dropouts: 1,
  rounds: 4,
  refunds: 3,
  epsilon: 4,
  helpers: 0,
};
const NOBODY: ReadonlySet<string> = new Set();
const ALL = new Set(['p0', 'p1', 'p2', 'p3', 'p4']);
const only = (...names: readonly string[]): ReadonlySet<string> => new Set(names);

describe('A platform takes a charge back', function () {
  this.timeout(60_000);
  let deviation: Deviation;
  const paid = (): readonly number[] => deviation.honest.map((one) => deviation.paid(one));
  const agree = (): void => {
    for (const { name, ledger } of deviation.honest) assert.equal(ledger.refusal, undefined, name);
  };
  const of = (name: string): Honest => deviation.honest.find((one) => one.name === name)!;

  beforeEach(async () => {
    deviation = await Deviation.begin(SETTING);
  });

  it('once it has given the attempt up and enough of its holders have: the others’ refund is no disagreement', async () => {
    // Everybody signed the same survivors, and one platform was shown the signatures and revealed.
    assert.equal(await deviation.attempt(ALL, only('p0')), undefined);
    assert.deepEqual(deviation.stated, ['p1', 'p2', 'p3', 'p4'], 'who revealed states nothing');
    assert.deepEqual(await deviation.refund(ALL), ['p1', 'p2', 'p3', 'p4']);
    assert.deepEqual(paid(), [1, 0, 0, 0, 0]);
    agree();
    // The refusal also holds after another process gets the ledger again.
    await deviation.restart('p0');
    assert.deepEqual([paid(), deviation.stated.length], [[1, 0, 0, 0, 0], 4]);
    agree();
  });

  it('not where one holder too many may have revealed', async () => {
    assert.equal(await deviation.attempt(ALL, only('p0', 'p1', 'p2')), undefined);
    assert.deepEqual(deviation.stated, ['p3', 'p4']);
    assert.deepEqual(await deviation.refund(ALL), []);
    assert.deepEqual(paid(), [1, 1, 1, 1, 1]);
    agree();
  });

  it('with two silent holders, which with one liar are three of the four shares', async () => {
    assert.equal(await deviation.attempt(ALL, only('p0', 'p1')), undefined);
    assert.deepEqual(await deviation.refund(ALL), ['p2', 'p3', 'p4']);
    agree();
  });

  it('not before its own statement: an attempt that it may still reveal in is not taken back, and then it is', async () => {
    // Everybody else has given up, and this platform waits for the survivors.
    assert.equal(await deviation.attempt(NOBODY, NOBODY, only('p0')), undefined);
    assert.deepEqual(deviation.stated, ['p1', 'p2', 'p3', 'p4']);
    assert.deepEqual(await deviation.refund(ALL), ['p1', 'p2', 'p3', 'p4']);
    assert.deepEqual(paid(), [1, 0, 0, 0, 0]);
    agree();
    deviation.end(of('p0'));
    await deviation.settle();
    assert.deepEqual(paid(), [0, 0, 0, 0, 0]);
    agree();
  });

  it('after a crash: what was begun and not revealed is given up and stated at the start', async () => {
    assert.equal(await deviation.attempt(NOBODY, NOBODY, only('p0')), undefined);
    assert.ok(!deviation.stated.includes('p0'));
    const next = await deviation.restart('p0');
    assert.ok(deviation.stated.includes('p0'));
    assert.deepEqual(await deviation.refund(only('p0')), ['p0']);
    assert.equal(deviation.paid(next), 0);
    agree();
  });

  it('and states what it gave up once over a link, again over the next, and no more once it is taken back', async () => {
    await deviation.attempt(NOBODY);
    const statements = (): number => deviation.stated.filter((name) => name === 'p0').length;
    assert.equal(statements(), 1);
    await deviation.restart('p0');
    assert.equal(statements(), 2);
    await deviation.refund(only('p0'));
    await deviation.restart('p0');
    assert.equal(statements(), 2);
  });

  it('of whom nothing was ever charged here, on the proof alone; without one that holds, the ledger is refused', async () => {
    await deviation.attempt(NOBODY);
    const lacking = (proof: RefundProof): RefundProof => ({ ...proof, statements: proof.statements.slice(0, 2) });
    // A platform that was absent learns of the charge together with its refund.
    const away = await deviation.stranger('p0');
    await deviation.refund(only('p1'), (proof) => proof);
    deviation.show(away, of('p1').view);
    assert.equal(away.ledger.refusal, undefined);
    assert.deepEqual(
      away.store.ledger.entries().map(({ origin }) => origin),
      ['adopted', 'adopted'],
    );
    assert.equal(deviation.paid(away), 0);
    const other = await deviation.stranger('p0');
    await deviation.refund(only('p2'), lacking);
    assert.equal(deviation.paid(of('p2')), 1);
    deviation.show(other, deviation.refusedView);
    assert.equal(other.ledger.refusal?.code, 'PRIVACY_LEDGER_REFUSED');
    assert.match(other.ledger.refusal.message, /lacks the statements of 3 platforms of 5; at most .* = 2/);
    assert.equal(other.store.ledger.entries().filter((entry) => entry.refund !== undefined).length, 0);
  });
});
