/**
 * Attacks a real federation over loopback: runs every attack in the table of SECURITY.md against the processes of a checkout.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MEMBERS, WITHOUT_MARGIN } from './attack/members.ts';
import type { Attack, Stage } from './attack/attack.ts';
import { openCheckout } from './attack/checkout.ts';
import { FALSE_COORDINATOR } from './attack/false-coordinator.ts';
import { LETTERS } from './attack/letters.ts';
import { Scene } from './attack/scene.ts';
import type { Figures } from './attack/scene.ts';
import { SCENES } from './attack/scenes.ts';
import { STATE } from './attack/state.ts';
import { STRANGERS, TIMED } from './attack/strangers.ts';
import { file, readOptions, word } from './options.ts';

const values = readOptions(
  {
    measures: 'Attacks a real federation over loopback, with every attack in the table of SECURITY.md.',
    examples: [
      'npm run bench:attack -- --only strangers',
      'npm run bench:attack -- --at ../earlier --out earlier.json',
    ],
  },
  {
    at: word(
      'the checkout whose processes are attacked: this one, or an earlier version',
      fileURLToPath(new URL('..', import.meta.url)),
      'folder',
    ),
    only: word('a part of the names of the attacks', ''),
    out: file('gets the results, as JSON'),
    before: file("results of an earlier run's --out, shown beside these"),
  },
);

const ATTACKS: readonly Attack[] = [
  ...STRANGERS,
  ...MEMBERS,
  TIMED,
  ...STATE,
  ...WITHOUT_MARGIN,
  ...FALSE_COORDINATOR,
  ...LETTERS,
];

type Row = Figures | { readonly failed: string };
type Rows = Partial<Record<string, Row>>;

const checkout = await openCheckout(values.at);
const rows: Rows = {};
const began = performance.now();
for (const stage of Object.keys(SCENES) as Stage[]) {
  const attacks = ATTACKS.filter((one) => one.stage === stage && one.name.includes(values.only));
  let scene: Scene | undefined;
  for (const attack of attacks) {
    try {
      const struck = (scene ??= await Scene.open(checkout, SCENES[stage]));
      await struck.revive();
      await attack.prepare?.(struck);
      const figures = await struck.under(attack.victim, () => attack.strike(struck));
      rows[attack.name] = figures;
      console.log(`${attack.name}: ${told(figures)}`);
    } catch (error) {
      rows[attack.name] = { failed: String(error) };
      console.log(`${attack.name}: ${String(error)}`);
      await scene?.close();
      scene = undefined;
    }
    if (attack.ruins) {
      await scene?.close();
      scene = undefined;
    }
  }
  await scene?.close();
}
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s in all`);
if (values.out !== undefined) writeFileSync(values.out, JSON.stringify({ commit: checkout.commit, rows }, null, 1));
if (values.before !== undefined) {
  const earlier = JSON.parse(readFileSync(values.before, 'utf8'), revived) as { commit: string; rows: Rows };
  console.log(`\n| attack | before (${earlier.commit}) | after |\n|---|---|---|`);
  for (const [name, row] of Object.entries(rows)) {
    const before = earlier.rows[name];
    console.log(`| ${name} | ${told(before)} | ${told(row)} |`);
  }
}

/** JSON cannot express infinity. */
function revived(key: string, value: unknown): unknown {
  return key === 'slowestMs' && value === null ? Infinity : value;
}

function told(row: Row | undefined): string {
  if (row === undefined) return '';
  if ('failed' in row) return row.failed;
  const { seconds, ended, grownMiB, rounds, slowestMs, note } = row;
  const health = Number.isFinite(slowestMs) ? `${slowestMs.toFixed(0)} ms` : 'none in 5 s';
  return [
    ...(ended.length > 0 ? [`**${ended.join(', ')}**`] : []),
    `+${grownMiB.toFixed(0)} MiB`,
    ...(rounds === undefined ? [] : [`${rounds} rounds in ${seconds.toFixed(0)} s`]),
    ...(ended.length > 0 ? [] : [`slowest answer ${health}`]),
    ...(note === '' ? [] : [note]),
  ].join('; ');
}
