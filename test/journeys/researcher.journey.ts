/** The README's lines for a researcher, on smaller worlds: npm run test:journeys. */
import assert from 'node:assert/strict';
import { Workplace } from '../e2e/isthmus.ts';
import { Changes, stepsUnder } from './readme.ts';

describe("the README's lines for a researcher", function () {
  this.timeout(600_000);
  const SMALL = '--persons 300 --items 160';
  /** Only sizes differ. */
  const changes = new Changes([
    { from: /^isthmus simulate --strategy .*/, to: `$& ${SMALL}`, why: 'a smaller world' },
    { from: /^isthmus data sample .*/, to: `$& ${SMALL}`, why: 'a smaller world' },
    { from: /^isthmus experiment .*/, to: `$& ${SMALL}`, why: 'a smaller world' },
    { from: /^isthmus audit$/, to: '$& --canaries 1000', why: 'fewer canaries: the bounds are wider' },
    { from: '--seeds 3', to: '--seeds 1', why: 'fewer seeds' },
  ]);
  const commands = stepsUnder('A researcher').flatMap((step) => step.commands);
  let place: Workplace;
  before(async () => {
    place = await Workplace.make();
  });
  after(() => place.leave());

  for (const command of commands) {
    it(command, async () => {
      const changed = changes.apply(command).replace(/^isthmus /, '');
      const { code, stdout, stderr } = await place.run(...changed.split(' '));
      assert.equal(code, 0, `${changed}\n${stdout}\n${stderr}`);
      assert.ok(stdout.length > 0);
    });
  }

  it('are all there, with every change needed', () => {
    assert.equal(commands.length, 6);
    assert.deepEqual(changes.unused, []);
  });
});
