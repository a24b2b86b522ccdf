import assert from 'node:assert/strict';
import { qualityOf, refusalOf } from '../../client/serving/acceptance.ts';
import type { DecoderReport } from '../../core/transfer/decoder/report.ts';

const served = { epoch: 1, modelRound: 1, heldOut: 0.3, persons: 1000 };
const candidate = { ...served, modelRound: 2 };

describe('The acceptance gate', () => {
  it('lets the first version serve, and the same one again', () => {
    assert.equal(refusalOf({ ...candidate, heldOut: null }, undefined), undefined);
    assert.equal(refusalOf({ ...served, heldOut: 0.1 }, served), undefined);
  });

  it('lets a later version serve unless its held-out quality falls by more than chance', () => {
    assert.equal(refusalOf({ ...candidate, heldOut: 0.31 }, served), undefined);
    // Two standard errors of the difference: 2 sqrt(.3 x .7 / 1000 + .27 x .73 / 1000) = .040
    assert.equal(refusalOf({ ...candidate, heldOut: 0.265 }, served), undefined);
    assert.match(refusalOf({ ...candidate, heldOut: 0.25 }, served)!, /is 0\.2500, .* serves 0\.3000/);
    assert.equal(refusalOf({ ...candidate, heldOut: 0.25, persons: 20 }, { ...served, persons: 20 }), undefined);
  });

  it('lets nothing that cannot be judged take the place of what could', () => {
    assert.match(refusalOf({ ...candidate, heldOut: null }, served)!, /cannot be judged/);
    assert.equal(refusalOf({ ...candidate, heldOut: null }, { ...served, heldOut: null }), undefined);
  });

  it('reads the quality out of a report', () => {
    const report: DecoderReport = {
      warmPersons: 0,
      blend: { decoder: 0, prior: 0, popularity: 1 },
      heldOut: {},
      sources: [],
      chosen: {},
    };
    const version = { epoch: 3, modelRound: 4 };
    assert.deepEqual(qualityOf(version, report), { ...version, heldOut: null, persons: 0 });
    const judged = { ...report, heldOut: { blend: 0.2, prior: 0.1, persons: 50 } };
    assert.deepEqual(qualityOf(version, judged), { ...version, heldOut: 0.2, persons: 50 });
  });
});
