import assert from 'node:assert/strict';
import { checkTerms, covers, names } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';

const consent: Consent = { person: 'p', target: 'books', epoch: 1, expires: 100 };
const targets = ['books'];

describe('consent', () => {
  it('covers one target in one epoch until it expires', () => {
    assert.equal(covers(consent, 'books', 1, 99), true);
    assert.equal(covers(consent, 'books', 1, 100), false);
    assert.equal(covers(consent, 'books', 2, 99), false);
    assert.equal(covers(consent, 'music', 1, 99), false);
  });

  it('names no purpose unless it says so', () => {
    assert.equal(names(consent, []), true);
    assert.equal(names(consent, ['history']), false);
    assert.equal(names({ ...consent, also: ['history'] }, ['history']), true);
  });

  it('is refused with its reason', () => {
    checkTerms(consent, 'films', targets, 99);
    const forMap: Consent = { ...consent, target: 'films', also: ['map'] };
    checkTerms(forMap, 'films', ['films', 'books'], 99);
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ target: 'films' }, /this platform itself, and this federation learns no map/],
      [{ target: 'music' }, /not in the federation \(books\)/],
      [{ epoch: -1 }, /epoch -1/],
      [{ epoch: 1.5 }, /epoch 1\.5/],
      [{ expires: 0 }, /expiry 0/],
      [{ expires: 2 ** 32 }, /expiry 4294967296/],
      [{ expires: 99 }, /expiry 99 .* is past/],
    ];
    for (const [change, message] of wrong) {
      assert.throws(() => checkTerms({ ...consent, ...change }, 'films', targets, 99), {
        code: 'CONSENT_INVALID',
        message,
      });
    }
    const both = ['films', 'books'];
    const without = { ...forMap, also: [] };
    assert.throws(() => checkTerms(without, 'films', both, 99), {
      code: 'CONSENT_INVALID',
      message: /name the purpose map/,
    });
    const elsewhere = { ...forMap, target: 'books' };
    assert.throws(() => checkTerms(elsewhere, 'films', both, 99), {
      code: 'CONSENT_INVALID',
      message: /"films" itself/,
    });
  });
});
