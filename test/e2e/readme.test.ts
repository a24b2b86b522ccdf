/** The README's steps of a federation: every command for an engineer and an operator, each in the right folder. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { Changes, stepsUnder } from '../journeys/readme.ts';
import type { Step } from '../journeys/readme.ts';
import { PLATFORMS } from './federation.ts';
import { COMMAND, Workplace } from './isthmus.ts';
import type { Ended, Running } from './isthmus.ts';

const SIZES = ['--persons', '300', '--items', '160'];
const OPERATOR = 'operator';

describe("the README's federation, command by command", function () {
  this.timeout(180_000);
  let place: Workplace;
  let url = '';
  const steps = stepsUnder('An engineer at a platform, and an operator');
  /** The only differences are a free port and a person of the smaller sample. */
  const changes = new Changes([
    { from: '--port 7480', to: '--port 0', why: 'a test takes any free port' },
    { from: 's003000', to: 's000150', why: 'on films alone, in a sample of 300 persons' },
  ]);
  const agents = new Map<string, Running>();

  before(async () => {
    place = await Workplace.make();
    for (const name of ['bin', OPERATOR, ...PLATFORMS]) mkdirSync(place.path(name));
    writeFileSync(place.path('bin/isthmus'), `#!/bin/sh\nexec ${COMMAND.map((word) => `'${word}'`).join(' ')} "$@"\n`);
    chmodSync(place.path('bin/isthmus'), 0o755);
    const sample = await place.run('data', 'sample', '--out', 'sample', ...SIZES);
    assert.equal(sample.code, 0, sample.stderr);
    for (const name of PLATFORMS) {
      for (const file of [`${name}.tsv`, `${name}.items.tsv`]) send('sample', name, file);
    }
  });
  after(() => place.leave());

  const send = (from: string, to: string, file: string): void =>
    copyFileSync(place.path(from, file), place.path(to, file));
  /** Starts a command of the README in the folder of an organisation. */
  const start = (folder: string, command: string, program: readonly string[] = ['sh', '-c']): Running => {
    const PATH = `${place.path('bin')}${delimiter}${process.env.PATH ?? ''}`;
    return place.spawn([...program, `cd ${folder} && exec ${changes.apply(command)}`], { PATH }, 'pipe');
  };
  const run = async (folder: string, command: string): Promise<Ended> => {
    const ended = await start(folder, command).ended;
    assert.equal(ended.code, 0, `${folder}$ ${command}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
  };
  const step = (who: string, holding: string): Step => {
    const found = steps.filter(
      ({ text, commands }) => text.includes(`**${who}**`) && commands.join(' ').includes(holding),
    );
    assert.equal(found.length, 1, `one step of ${who} with ${holding}`);
    return found[0];
  };
  /** The README describes each platform's step for films. Here the others do it too. */
  const each = (found: Step): readonly (readonly [string, readonly string[]])[] =>
    PLATFORMS.map((name) => [name, found.commands.map((command) => command.replaceAll('films', name))]);

  it('each platform looks at its data and makes its identity; one makes the key of pseudonyms', async () => {
    for (const [name, commands] of each(step('Each platform', 'data inspect'))) {
      for (const command of commands) {
        await run(name, name === 'films' ? command : command.replace(' --unsafe-shared-pseudonym-key', ''));
      }
      copyFileSync(place.path(name, 'keys', `half-${name}.yaml`), place.path(OPERATOR, `half-${name}.yaml`));
      if (name !== 'films') send('films', name, 'keys/pseudonym.key');
    }
  });

  it('the operator makes a manifest of the public halves', async () => {
    for (const command of step('The operator', 'manifest make').commands) await run(OPERATOR, command);
    for (const name of PLATFORMS) send(OPERATOR, name, 'manifest.yaml');
  });

  it('each platform compares twelve words with the next one, and signs', async () => {
    const accepting = each(step('Each platform', 'manifest accept')).map(([name, [command]]) => ({
      name,
      running: start(name, command, ['script', '-qec']),
    }));
    const words = await Promise.all(
      accepting.map(async ({ running }) => {
        await running.says(/^Tell them to the other members/m);
        return [...running.stdout.matchAll(/^( +\d+ [a-z]+){4}\s*$/gm)]
          .map(([line]) => line.replace(/\d+/g, ''))
          .join(' ');
      }),
    );
    accepting.forEach(({ running }, index) => running.type(`${words[(index + 1) % words.length]}\n`));
    for (const { name, running } of accepting) {
      const { code, stdout } = await running.ended;
      assert.equal(code, 0, stdout);
      send(name, OPERATOR, `${name}.signature.yaml`);
    }
  });

  it('the operator puts the signatures together, and starts the coordinator', async () => {
    const [collect, coordinator] = step('The operator', 'manifest collect').commands;
    await run(OPERATOR, collect);
    for (const name of PLATFORMS) send(OPERATOR, name, 'manifest.yaml');
    const [, address] = await start(OPERATOR, coordinator).says(/(http:\/\/[\w.]+:\d+)/);
    url = address;
  });

  it('each platform starts its agent', () => {
    for (const [name, [command]] of each(step('Each platform', 'isthmus platform'))) {
      assert.ok(command.includes('http://localhost:7480'));
      agents.set(name, start(name, command.replace('http://localhost:7480', url)));
    }
  });

  it('films records a consent, and books serves a first list', async () => {
    for (const command of step('films', 'consent add').commands) await run('films', command);
    for (const command of step('books', 'recommend').commands) {
      // Without this the test would wait in vain for an agent that has ended.
      const died = [...agents.values()].map(async ({ ended }) => assert.fail((await ended).stderr));
      const { stdout } = await Promise.race([run('books', command), ...died]);
      assert.equal(stdout.match(/^ +\d+ +books-\d+ /gm)?.length, 10, stdout);
    }
  });

  it('changes nothing else, and leaves no command out', () => {
    assert.deepEqual(changes.unused, []);
    assert.equal(steps.flatMap(({ commands }) => commands).length, 10);
  });
});
