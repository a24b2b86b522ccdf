/**
 * The progress of one long piece of work: a line that redraws itself on a terminal, or a line per twentieth elsewhere.
 * @module
 */
import { createLogUpdate } from 'log-update';
import { bar } from './bar.ts';
import { durationText } from './duration.ts';

export interface PartProgress {
  show(done: number, of: number): void;
  /** Restores the terminal. */
  end(): void;
}

const REDRAW_MS = 200;
const LINES = 20;

/** @param what the parts, such as "titles". */
export function partProgressOn(stream: NodeJS.WriteStream, what: string): PartProgress {
  /** The first part that was shown, and its time: preparations before it say nothing about the time left. */
  let first: { readonly done: number; readonly at: number } | undefined;
  const lineOf = (done: number, of: number): string => {
    const { at, done: before } = (first ??= { done, at: performance.now() });
    const each = (performance.now() - at) / 1000 / (done - before);
    const left = done > before && done < of ? `, about ${durationText(each * (of - done))} left` : '';
    return `${bar(done / of)} ${done} of ${of} ${what}${left}`;
  };
  if (!stream.isTTY) {
    let said: number | undefined;
    return {
      show(done, of) {
        const line = lineOf(done, of);
        const step = Math.floor((LINES * done) / of);
        if (step === said) return;
        said = step;
        stream.write(`${line}\n`);
      },
      end: () => undefined,
    };
  }
  const logUpdate = createLogUpdate(stream);
  let drawn = -Infinity;
  return {
    show(done, of) {
      if (performance.now() - drawn < REDRAW_MS && done < of) return;
      drawn = performance.now();
      logUpdate(lineOf(done, of));
    },
    end() {
      logUpdate.clear();
      logUpdate.done();
    },
  };
}
