/**
 * The README's commands, as a reader would copy them.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../e2e/isthmus.ts';

export interface Step {
  /** The paragraph above the commands. */
  readonly text: string;
  /** Shell commands, without comments. */
  readonly commands: readonly string[];
}

/** The steps under a heading, up to the next heading of its level. */
export function stepsUnder(heading: string): readonly Step[] {
  const page = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const start = page.indexOf(`\n### ${heading}\n`);
  if (start < 0) throw new RangeError(`the README has no section "${heading}"`);
  const after = page.slice(start + heading.length + 6).replace(/^\n+/, '');
  const blocks = after.split(/\n##+ /)[0].split(/\n\n+/);
  return blocks.flatMap((block, place) =>
    block.startsWith('    ') ? [{ text: blocks[place - 1] ?? '', commands: commandsIn(block) }] : [],
  );
}

function commandsIn(block: string): readonly string[] {
  return block
    .replace(/ *\\\n */g, ' ')
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** A difference between the README's commands and those that a test runs. */
export interface Change {
  readonly from: string | RegExp;
  readonly to: string;
  readonly why: string;
}

/** Applies the changes to the commands and counts them: an unused change fails the test. */
export class Changes {
  readonly #unused: Set<Change>;
  readonly #changes: readonly Change[];

  constructor(changes: readonly Change[]) {
    this.#changes = changes;
    this.#unused = new Set(changes);
  }

  apply(command: string): string {
    return this.#changes.reduce((text, change) => {
      const changed = text.replace(change.from, change.to);
      if (changed !== text) this.#unused.delete(change);
      return changed;
    }, command);
  }

  get unused(): readonly Change[] {
    return [...this.#unused];
  }
}
