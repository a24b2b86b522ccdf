/** Measures the coordinator's memory per stranger, for each step that a stranger can take, and for all strangers together. */
import { costOf, STEPS, totalOf } from '../test/wire/stranger-cost.ts';
import { count, readOptions } from './options.ts';

const { strangers } = readOptions(
  {
    measures:
      "Measures the coordinator's memory per stranger, for each step that a stranger can take, and for all together.",
    examples: ['node --import=tsx bench/strangers.ts --strangers 200'],
  },
  { strangers: count('connections of each step', 200) },
);
const rows: Record<string, Readonly<Record<string, string>>> = {};
for (const [name, step] of Object.entries(STEPS)) {
  const {
    stay: { heap, outside, resident },
  } = await costOf(step, strangers);
  const shown = (kib: number): string => `${kib.toFixed(1)} KiB`;
  rows[name] = { heap: shown(heap), outside: shown(outside), resident: shown(resident) };
}
console.table(rows);
const together = 1600;
const [name, dearest] = Object.entries(STEPS).at(-1)!;
const { bytes, open } = await totalOf(dearest, together);
console.log(`${together} came, ${name}: ${open} stay, ${(bytes / 2 ** 20).toFixed(1)} MiB together`);
