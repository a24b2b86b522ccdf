import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseManifest } from '../../core/federation/manifest.ts';
import { Workplace } from '../e2e/isthmus.ts';
import type { Ended } from '../e2e/isthmus.ts';

describe('isthmus init', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(async () => (place = await Workplace.make()));
  after(() => place.leave());

  const init = (out: string): Promise<Ended> =>
    place.run('init', '--unsafe-trial', '--platforms', 'films,books', '--unsafe-shared-pseudonym-key', '--out', out);
  const KEYS = ['books.key', 'coordinator.key', 'films.key', 'pseudonym.key'];

  it('says which keys of an interrupted one are in the way, changes none, and goes through once they are gone', async () => {
    assert.equal((await init('killed')).code, 0);
    assert.deepEqual(readdirSync(place.path('killed')).sort(), [...KEYS, 'manifest.yaml'].sort());
    // The state after a kill before its last step, with half of the keys removed by hand.
    for (const name of ['manifest.yaml', 'coordinator.key']) rmSync(place.path(`killed/${name}`));
    const left = KEYS.filter((name) => name !== 'coordinator.key');
    const before = left.map((name) => readFileSync(place.path(`killed/${name}`), 'utf8'));
    const refused = await init('killed');
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /remove killed\/films\.key killed\/books\.key killed\/pseudonym\.key \[INIT_EXISTS\]/);
    assert.equal(existsSync(place.path('killed/coordinator.key')), false);
    assert.deepEqual(
      left.map((name) => readFileSync(place.path(`killed/${name}`), 'utf8')),
      before,
    );
    for (const name of left) rmSync(place.path(`killed/${name}`));
    writeFileSync(place.path('killed/manifest.yaml.next'), 'half a mani');
    assert.equal((await init('killed')).code, 0);
    assert.equal((await place.run('manifest', 'check', 'killed/manifest.yaml')).code, 0);
    assert.deepEqual(readdirSync(place.path('killed')).sort(), [...KEYS, 'manifest.yaml'].sort());
  });

  it('leaves nothing behind where the manifest, its last step, cannot be written', async () => {
    mkdirSync(place.path('blocked/manifest.yaml.next'), { recursive: true });
    const refused = await init('blocked');
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /cannot write blocked\/manifest\.yaml: .*\[INIT_UNWRITABLE\]/);
    assert.deepEqual(readdirSync(place.path('blocked')), ['manifest.yaml.next']);
    rmdirSync(place.path('blocked/manifest.yaml.next'));
    assert.equal((await init('blocked')).code, 0);
  });

  it('plans for one loss from four platforms on, says its price, and takes another number and a cap of refunds', async () => {
    const rounds = ['--unsafe-trial', '--platforms', 'a,b,c,d', '--strategy', 'shared-trunk', '--rounds', '6'];
    const planned = await place.run('init', ...rounds, '--out', 'four');
    assert.match(
      planned.stdout,
      /^Rounds: a round still completes if up to 1 of its 4 platforms are lost, at the price of 22 % more noise/m,
    );
    const asked = await place.run('init', ...rounds, '--dropouts', '0', '--refunds', '9', '--out', 'asked');
    assert.match(asked.stdout, /^Rounds: no platform may be lost in a round/m);
    const [one, other] = ['four', 'asked'].map((name) =>
      parseManifest(readFileSync(place.path(name, 'manifest.yaml'), 'utf8')),
    );
    assert.deepEqual([one.privacy.dropouts, one.rounds.refunds], [1, 3]);
    assert.deepEqual([other.privacy.dropouts, other.rounds.refunds], [0, 9]);
  });
});
