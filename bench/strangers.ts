/**
 * What a stranger costs the coordinator in memory, at each step it can take: `node --import tsx bench/strangers.ts [strangers]`.
 */
import { costOf, STEPS } from '../test/wire/stranger-cost.ts';

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
