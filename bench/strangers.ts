/**
 * Measures the coordinator's memory per stranger, for each step that a stranger can take, and for all strangers together:
 * `node --import tsx bench/strangers.ts [strangers]`.
 */
import { costOf, STEPS, totalOf } from '../test/wire/stranger-cost.ts';

const count = Number(process.argv[2] ?? 200);
const rows: Record<string, Readonly<Record<string, string>>> = {};
for (const [name, step] of Object.entries(STEPS)) {
  const {
    stay: { heap, outside, resident },
  } = await costOf(step, count);
  const shown = (kib: number): string => `${kib.toFixed(1)} KiB`;
  rows[name] = { heap: shown(heap), outside: shown(outside), resident: shown(resident) };
}
console.table(rows);
const together = 1600;
const [name, dearest] = Object.entries(STEPS).at(-1)!;
const { bytes, open } = await totalOf(dearest, together);
console.log(`${together} came, ${name}: ${open} stay, ${(bytes / 2 ** 20).toFixed(1)} MiB together`);
