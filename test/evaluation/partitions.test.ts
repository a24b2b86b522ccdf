/** How well persons are divided into groups. */
import assert from 'node:assert/strict';
import { modularity, mutualInformation } from '../../core/evaluation/partitions.ts';
import { mutualLinks } from '../../core/transfer/social/links.ts';

describe('divisions of persons', () => {
  it('have mutual information 1 if they are the same under other names, and 0 if they are independent', () => {
    assert.equal(mutualInformation(Uint32Array.of(0, 0, 1, 1), Uint32Array.of(5, 5, 2, 2)), 1);
    assert.ok(Math.abs(mutualInformation(Uint32Array.of(0, 0, 1, 1), Uint32Array.of(0, 1, 0, 1))) < 1e-12);
  });

  it('have the mutual information of Danon et al. in between', () => {
    // Entropies log 2 and of (3/4, 1/4); together (1/2, 1/4, 1/4).
    const [a, b] = [Math.log(2), -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)];
    const both = 1.5 * Math.log(2);
    const found = mutualInformation(Uint32Array.of(0, 0, 1, 1), Uint32Array.of(0, 0, 0, 1));
    assert.ok(Math.abs(found - (2 * (a + b - both)) / (a + b)) < 1e-12);
  });

  it('have the modularity of links within, less what chance would give', () => {
    // Two triangles and a link between them: 6 of 7 links within, half of all ends in each.
    const links = mutualLinks(6, [
      [0, 1],
      [1, 2],
      [0, 2],
      [3, 4],
      [4, 5],
      [3, 5],
      [2, 3],
    ]);
    assert.ok(Math.abs(modularity(links, Uint32Array.of(0, 0, 0, 1, 1, 1)) - (6 / 7 - 0.5)) < 1e-12);
    assert.ok(Math.abs(modularity(links, new Uint32Array(6))) < 1e-12, 'one group of everybody');
  });
});
