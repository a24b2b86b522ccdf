import assert from 'node:assert/strict';
import { isthmus } from '../proto/gen/isthmus.js';

describe('the generated codec', () => {
  it('loads', () => {
    assert.equal(isthmus.Envelope.decode(isthmus.Envelope.encode({ version: 1 }).finish()).version, 1);
  });
});
