/** Checks the files, commands and options that deploy/ names. The suite runs no container engine or init system. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import { coordinatorCommand } from '../cli/commands/coordinator.ts';
import { platformCommand } from '../cli/commands/platform.ts';
import { EXIT } from '../host/exit-codes.ts';
import { ROOT, Workplace } from './e2e/isthmus.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const { bin, scripts } = JSON.parse(read('package.json')) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
};

describe('deploy/systemd', () => {
  const units: readonly { readonly file: string; readonly command: () => Command }[] = [
    { file: 'isthmus-coordinator.service', command: coordinatorCommand },
    { file: 'isthmus-platform@.service', command: platformCommand },
  ];

  for (const { file, command: make } of units) {
    const unit = read(`deploy/systemd/${file}`);
    const setting = (name: string): string => {
      const found = new RegExp(`^${name}=(.*)$`, 'm').exec(unit);
      assert.ok(found !== null, `${file} has no ${name}`);
      return found[1];
    };

    it(`${file} starts a command with options it has and all that it requires`, () => {
      // The environment file, as the unit's header describes it.
      const environment = new Map([...unit.matchAll(/^# {3}([A-Z]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
      const line = setting('ExecStart')
        .replaceAll('%i', 'films')
        .replace(/\$(?:\{([A-Z]+)\}|([A-Z]+))/g, (_, braced: string | undefined, bare: string) => {
          const value = environment.get(braced ?? bare);
          assert.ok(value !== undefined, `the header of ${file} does not tell of ${braced ?? bare}`);
          return value;
        });
      const [env, program, name, ...options] = line.split(' ');
      assert.deepEqual([env, Object.keys(bin)], ['/usr/bin/env', [program]]);
      const command = make();
      assert.equal(name, command.name());
      const parse = (given: readonly string[]): Command =>
        make()
          .exitOverride()
          .configureOutput({ writeErr: () => undefined })
          .action(() => undefined)
          .parse(given, { from: 'user' });
      const parsed = parse(options);
      assert.deepEqual(parsed.args, [], 'every word belongs to an option');
      // The unit needs every one of these options, and the command knows no other.
      assert.throws(() => parse(options.slice(2)), /required option '--manifest/);
      assert.throws(() => parse([...options, '--unheard-of']), /unknown option '--unheard-of'/);
    });

    it(`${file} does not start again after what a new start would not mend`, () => {
      const codes = setting('RestartPreventExitStatus').split(' ').map(Number);
      for (const code of codes) assert.ok((Object.values(EXIT) as number[]).includes(code), String(code));
      for (const again of [EXIT.ok, EXIT.internal, EXIT.resource]) assert.ok(!codes.includes(again));
      assert.ok(codes.includes(EXIT.usage) && codes.includes(EXIT.input) && codes.includes(EXIT.privacy));
    });
  }
});

describe('deploy/Dockerfile', () => {
  const instructions = read('deploy/Dockerfile')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name, value]) => ({ name, value }));
  const all = (name: string): readonly string[] =>
    instructions.filter((one) => one.name === name).map(({ value }) => value);
  const only = (name: string): string => {
    const found = all(name);
    assert.equal(found.length, 1, name);
    return found[0];
  };
  const last = (name: string): string => all(name)[all(name).length - 1];
  const program = bin.isthmus;
  const ignored = read('.dockerignore').split('\n');

  it('copies files that are there, or that its build makes', () => {
    const copied = all('COPY').map((value) => value.split(/\s+/));
    const outside = copied.filter(([first]) => !first.startsWith('--from='));
    for (const file of outside.flatMap((words) => words.slice(0, -1))) assert.ok(existsSync(join(ROOT, file)), file);
    assert.ok(outside.some(([from, to]) => from === '.' && to === '.'));
    const made = ['node_modules', program.split('/')[0]];
    const inside = copied.filter(([first]) => first === '--from=build').flatMap((words) => words.slice(1, -1));
    assert.ok(inside.length >= 4);
    for (const file of inside.map((path) => path.replace('/build/', ''))) {
      const isThere = existsSync(join(ROOT, file)) && !ignored.includes(file);
      assert.ok(isThere || made.includes(file), file);
    }
    for (const file of made) assert.ok(ignored.includes(file), `${file} of this machine does not belong in an image`);
  });

  it('runs scripts and programs that are there', () => {
    const runs = all('RUN').join(' && ');
    for (const [, script] of runs.matchAll(/npm run (\S+)/g)) assert.ok(script in scripts, script);
    assert.match(runs, new RegExp(`chmod \\+x ${program} deploy/setup\\.sh`));
    assert.match(runs, new RegExp(`ln -s ${last('WORKDIR')}/${program} /usr/local/bin/isthmus`));
    assert.match(read('deploy/compose.yaml'), new RegExp(`entrypoint: \\[${last('WORKDIR')}/deploy/setup\\.sh`));
    assert.ok((statSync(join(ROOT, 'deploy/setup.sh')).mode & 0o111) !== 0);
  });

  it('starts isthmus, which tells its help when nothing else is asked', async () => {
    assert.deepEqual(JSON.parse(only('ENTRYPOINT')), Object.keys(bin));
    const place = await Workplace.make();
    try {
      const { code, stdout } = await place.run(...(JSON.parse(only('CMD')) as string[]));
      assert.equal(code, 0);
      assert.match(stdout, /^Usage: isthmus /);
    } finally {
      await place.leave();
    }
  });

  it('is healthy while /healthz of the named port answers, and no longer', async () => {
    const words = JSON.parse(/ CMD\s+(\[.*\])$/.exec(only('HEALTHCHECK'))?.[1] ?? '') as string[];
    let status = 200;
    const server = createServer(({ url }, response) => response.writeHead(url === '/healthz' ? status : 404).end());
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const place = await Workplace.make();
    const check = async (): Promise<number | null> =>
      (await place.spawn(words, { ISTHMUS_HEALTH: `${port}` }).ended).code;
    try {
      assert.equal(await check(), 0);
      status = 503;
      assert.equal(await check(), 1);
      await new Promise((resolve) => server.close(resolve));
      assert.equal(await check(), 1);
    } finally {
      server.close();
      await place.leave();
    }
  });

  it('looks for its health where the coordinator listens by default, and each platform of compose.yaml serves', () => {
    const port = /ISTHMUS_HEALTH=(\d+)/.exec(last('ENV'))?.[1];
    assert.equal(port, String(coordinatorCommand().opts<{ port: number }>().port));
    assert.equal(only('EXPOSE'), port);
    const compose = read('deploy/compose.yaml');
    const platforms = /ISTHMUS_HEALTH: '(\d+)'/.exec(compose)?.[1];
    const served = [...compose.matchAll(/--serve-port (\d+)/g)].map(([, one]) => one);
    assert.deepEqual(served, [platforms, platforms, platforms]);
  });
});
