/** A federation of processes that learns a map: a target that knows nobody on both sides serves by it, over a kill of a teacher. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons } from '../../core/data/select.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';
import { writeDomain } from '../../simulations/worlds/write-world.ts';
import { address, coordinator, platform, serving } from '../e2e/federation.ts';
import { Workplace } from '../e2e/isthmus.ts';
import type { Running } from '../e2e/isthmus.ts';

const TARGET = 'north';
const TEACHERS = ['south', 'east'];
const SOURCE = 'films';
const NAMES = [TARGET, ...TEACHERS, SOURCE];
const ITEMS = 250;

/** Shops with one catalogue. The target has lost everybody whom it would know on both sides; the cold persons are at the source alone. */
function shops(): { readonly domains: readonly Domain[]; readonly cold: readonly string[] } {
  const { domains } = syntheticWorld({
    seed: '1',
    platforms: NAMES,
    isOneCatalogue: true,
    persons: 1200,
    items: ITEMS,
    overlap: 0.8,
    meanHistory: 12,
    tasteDimensions: 3,
    sharedTaste: 0.9,
    tasteStrength: 2,
    popularityExponent: 0.6,
  });
  const [whole, ...others] = domains;
  const split = coldSplit(whole, others, { seed: 1 });
  const known = new Set([...split.linked, ...split.cold.map(({ person }) => person)]);
  const rows = whole.persons.flatMap((person, row) => (known.has(person) ? [] : [row]));
  return { domains: [restrictPersons(whole, rows), ...others], cold: split.cold.map(({ person }) => person) };
}

describe('a map that linked persons teach, over processes', function () {
  this.timeout(600_000);
  let place: Workplace;

  beforeEach(async () => (place = await Workplace.make()));
  afterEach(() => place.leave());

  async function ran(...command: readonly string[]): Promise<string> {
    const { code, stderr, stdout } = await place.run(...command);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  it('is served where nobody is linked, and a teacher that is killed pays for nothing twice', async () => {
    const { cold, domains } = shops();
    for (const domain of domains) {
      await writeDomain(domain, place.path('data'));
      await ran('data', 'inspect', `data/${domain.name}.tsv`, '--items', `data/${domain.name}.items.tsv`);
      writeFileSync(place.path(`${domain.name}.txt`), domain.persons.join('\n'));
    }
    const each = (value: number): string => NAMES.map(() => value).join(',');
    await ran(
      ...['init', '--unsafe-trial', '--unsafe-shared-pseudonym-key', '--out', 'fed', '--platforms', NAMES.join(',')],
      ...['--items', each(ITEMS), '--persons', each(1200), '--encoder', 'subspace>map', '--set', 'subspace.steps=2'],
      ...['--rounds', '1', '--buckets', '4000', '--epsilon', '100', '--sources', SOURCE, '--platforms-per-person', '4'],
    );
    for (const target of [TARGET, ...TEACHERS]) await consent(SOURCE, target);
    for (const teacher of TEACHERS) await consent(teacher, teacher);

    const center = coordinator(place, '--port', '0');
    const url = await address(center);
    const start = (name: string): Running =>
      platform(
        place,
        name,
        url,
        ...['--unsafe-shared-pseudonym-key', 'fed/pseudonym.key', '--max-epsilon', '100', '--min-noise', '0.01'],
        ...(name === SOURCE ? ['--no-receive'] : []),
      );
    const source = start(SOURCE);
    const [victim, other] = TEACHERS;
    const first = start(victim);
    await first.event(({ kind, stage }) => kind === 'stage' && stage === 'ready');
    await first.stop('SIGKILL');
    const second = start(victim);
    const rest = [start(other), start(TARGET)];
    await second.event(({ kind, stage }) => kind === 'attempt' && stage === 'masked-input');
    await second.stop('SIGKILL');
    const third = start(victim);
    await center.event(({ kind, ending }) => kind === 'rounds-over' && ending === 'completed');
    await serving(rest[1]);

    const map = await rest[1].event(({ kind }) => kind === 'map');
    assert.ok(Number(map.coordinate) > Number(map.noise) && Number(map.noise) > 0, JSON.stringify(map));
    const answer = JSON.parse(
      await ran('recommend', '--state', `${TARGET}-state`, '--person', cold[0], '--json'),
    ) as Answer;
    assert.deepEqual([answer.basis, answer.sources, answer.items.length], ['map', [SOURCE], 10]);
    const stranger = JSON.parse(
      await ran('recommend', '--state', `${TARGET}-state`, '--person', 'x', '--json'),
    ) as Answer;
    assert.equal(stranger.basis, 'popularity');
    assert.notDeepEqual(answer.items, stranger.items);
    for (const running of [...rest, third, source]) assert.equal((await running.stop()).code, 0, running.stderr);
    const ledger = async (name: string): Promise<readonly Entry[]> => {
      const state = ['--state', `${name}-state`, '--manifest', 'fed/manifest.yaml'];
      const { entries } = JSON.parse(await ran('privacy', 'ledger', ...state, '--json')) as { entries: Entry[] };
      return entries.filter(({ charge }) => charge !== undefined);
    };
    const attempts = (await ledger(victim)).map(({ charge }) => `${charge?.round}/${charge?.attempt}`);
    assert.equal(new Set(attempts).size, attempts.length, 'each attempt is paid for once');
    assert.ok(attempts.length >= 1 && attempts.length <= 2, `the round and a spare attempt: ${attempts.join()}`);
  });

  async function consent(platform: string, target: string): Promise<void> {
    const purpose = platform === target ? ['--also', 'map'] : [];
    const persons = ['--file', `${platform}.txt`, '--target', target, ...purpose];
    await ran('consent', 'add', '--state', `${platform}-state`, ...persons);
  }
});

interface Entry {
  readonly charge?: { readonly round: number; readonly attempt: number };
}

interface Answer {
  readonly basis: string;
  readonly sources: readonly string[];
  readonly items: readonly object[];
}
