import assert from 'node:assert/strict';
import { checkConsent, covers } from '../../core/federation/consent.ts';

const consent = { person: 'p', target: 'books', epoch: 1, expires: 100 };
const platforms = ['films', 'books'];

describe('consent', () => {
  it('covers one target in one epoch until it expires', () => {
    assert.equal(covers(consent, 'books', 1, 99), true);
    assert.equal(covers(consent, 'books', 1, 100), false);
    assert.equal(covers(consent, 'books', 2, 99), false);
    assert.equal(covers(consent, 'music', 1, 99), false);
  });

  it('is refused with its reason', () => {
    checkConsent(consent, 'films', platforms);
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ person: '' }, /person id is empty/],
      [{ target: 'films' }, /this platform itself/],
      [{ target: 'music' }, /not in the federation \(films, books\)/],
      [{ epoch: -1 }, /epoch -1/],
      [{ epoch: 1.5 }, /epoch 1\.5/],
      [{ expires: 0 }, /expiry 0/],
      [{ expires: 2 ** 32 }, /expiry 4294967296/],
    ];
    for (const [change, message] of wrong) {
      assert.throws(() => checkConsent({ ...consent, ...change }, 'films', platforms), {
        code: 'CONSENT_INVALID',
        message,
      });
    }
  });
});
