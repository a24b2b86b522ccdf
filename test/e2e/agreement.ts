/** Organisations that agree on versions of a manifest. Each works in a folder of its own, and has only the files that it was sent. */
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { manifestCommand } from '../../cli/commands/manifest.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { runHere } from '../cli/in-process.ts';
import type { Workplace } from './isthmus.ts';

export class Agreement {
  readonly #place: Workplace;

  constructor(place: Workplace) {
    this.#place = place;
  }

  /** Runs a command in somebody's folder. @returns its output. */
  async say(command: Parameters<typeof runHere>[0], ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runHere(command, ...args);
    assert.equal(code, EXIT.ok, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  send(from: string, to: string, file: string): void {
    copyFileSync(this.#place.path(from, file), this.#place.path(to, file));
  }

  /**
   * The operator makes a version. Each member reads it, compares the words, and signs it. Everybody gets the result.
   * @returns the text that the first member reads before it signs.
   */
  async agree(file: string, members: readonly string[], ...how: readonly string[]): Promise<string> {
    const place = this.#place;
    const at = (name: string): string => place.path(name, file);
    const key = ['--identity', place.path('operator', 'coordinator.key')];
    const words = wordsIn(await this.say(manifestCommand(), 'make', ...how, ...key, '--out', at('operator')));
    const read: string[] = [];
    for (const name of members) {
      this.send('operator', name, file);
      writeFileSync(place.path(name, 'told.txt'), words);
      const own = ['--identity', place.path(name, `${name}.key`), '--words', place.path(name, 'told.txt')];
      read.push(await this.say(manifestCommand(), 'accept', at(name), ...own, '--state', place.path(name, 'state')));
      this.send(name, 'operator', `${name}.signature.yaml`);
    }
    const signatures = members.map((name) => place.path('operator', `${name}.signature.yaml`));
    assert.match(await this.say(manifestCommand(), 'collect', at('operator'), ...signatures), /missing +nobody/);
    for (const name of members) this.send('operator', name, file);
    return read[0];
  }
}

function wordsIn(text: string): string {
  return [...text.matchAll(/^( +\d+ [a-z]+){4}$/gm)].map(([line]) => line.replace(/\d/g, '')).join(' ');
}
