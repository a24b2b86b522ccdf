import assert from 'node:assert/strict';
import { sparingLog } from '../../host/sparing-log.ts';
import { HandClock } from '../wire/hand-clock.ts';

type Fields = Readonly<Record<string, string | number>>;

describe('sparing log', () => {
  let clock: HandClock;
  let lines: string[];
  let log: ReturnType<typeof sparingLog<Fields>>;

  beforeEach(() => {
    clock = new HandClock();
    lines = [];
    const write =
      (level: string) =>
      (message: string, fields: Fields = {}): void => {
        const tail = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
        lines.push(`${level} ${message}${tail.join('')}`);
      };
    log = sparingLog({ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }, clock);
  });

  it('writes the first complaint of a code and sender at once, and the others of a second as one, with their number', () => {
    for (let n = 0; n < 500; n++) log.warn(`refused message ${n}: text ${n}`, { code: 'BAD', platform: 'alpha' });
    assert.deepEqual(lines, ['warn refused message 0: text 0 code=BAD platform=alpha']);
    clock.turn(1000);
    assert.equal(lines[1], 'warn refused message 499: text 499 code=BAD platform=alpha times=499');
    clock.turn(10_000);
    assert.equal(lines.length, 2);
    assert.equal(clock.pending, 0, 'a kind that has gone quiet is forgotten');
    log.warn('refused message 7', { code: 'BAD', platform: 'alpha' });
    assert.equal(lines.length, 3, 'and written at once again');
  });

  it('writes no more than a line a second however long it goes on', () => {
    for (let n = 0; n < 600; n++) {
      log.warn('refused', { code: 'BAD' });
      clock.turn(100);
    }
    assert.ok(lines.length <= 61, String(lines.length));
    clock.turn(1000);
    const times = lines.map((line) => Number(/times=(\d+)/.exec(line)?.[1] ?? 1));
    assert.equal(
      times.reduce((sum, more) => sum + more, 0),
      600,
      'every one is counted',
    );
  });

  it('tells codes, senders, levels and kinds of complaints apart', () => {
    log.warn('refused', { code: 'A', platform: 'alpha' });
    log.warn('refused', { code: 'B', platform: 'alpha' });
    log.warn('refused', { code: 'A', platform: 'beta' });
    log.warn('refused', { code: 'A', from: 'alpha' });
    log.warn('declined', { code: 'A', platform: 'alpha' });
    log.error('refused', { code: 'A', platform: 'alpha' });
    assert.equal(lines.length, 6);
  });

  it('leaves lines that tell what happened as they are, unless they repeat themselves', () => {
    for (let round = 1; round <= 5; round++) log.info(`round ${round}: completed`);
    assert.equal(lines.length, 5);
    for (let n = 0; n < 5; n++) log.info('platform alpha is online');
    assert.equal(lines.length, 6);
  });

  it('one who makes up a code for each complaint fills it no faster', () => {
    for (let n = 0; n < 10_000; n++) log.warn('refused', { code: `MADE_UP_${n}`, platform: 'alpha' });
    clock.turn(1000);
    assert.ok(lines.length <= 12, String(lines.length));
    assert.match(lines.at(-1)!, /times=9989/);
  });

  it('one who fills it keeps nothing of others out', () => {
    for (let n = 0; n < 1000; n++) log.warn('refused', { code: `MADE_UP_${n}`, platform: 'alpha' });
    for (const platform of ['beta', 'gamma']) log.warn('refused', { code: 'BAD', platform });
    log.warn('refused', { code: 'BAD' });
    assert.deepEqual(lines.slice(-3), [
      'warn refused code=BAD platform=beta',
      'warn refused code=BAD platform=gamma',
      'warn refused code=BAD',
    ]);
    for (let n = 0; n < 1000; n++) log.warn('refused', { code: `MADE_UP_${n}`, platform: `made up ${n}` });
    assert.ok(lines.length <= 102, String(lines.length));
  });

  it('writes what it holds back when it is asked to', () => {
    for (let n = 0; n < 3; n++) log.warn('refused', { code: 'A' });
    log.flush();
    assert.deepEqual(lines, ['warn refused code=A', 'warn refused code=A times=2']);
    assert.equal(clock.pending, 0);
    log.flush();
    assert.equal(lines.length, 2);
  });
});
