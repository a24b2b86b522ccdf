/**
 * The command lines whose output is pinned, the files that they read, and the parts of their output that may differ
 * from run to run.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './command.ts';
import { goldenManifests } from './manifests.ts';
import {
  attemptCharge,
  formatManifest,
  Ledger,
  ledgerBudget,
  ledgerRules,
  nodeEngine,
  openCoordinatorStore,
  openPlatformStore,
  planFederation,
  platformCharge,
  roundSum,
} from './product.ts';

/** The order matters, because a line may read what an earlier one wrote. FOLDER is replaced by a fresh folder. */
export function commandLines(): readonly string[] {
  return [
    'privacy plan --epsilon 4 --rounds 10 --platforms 10 --colluding 2 --dropouts 2',
    'privacy plan --epsilon 4 --rounds 10 --platforms 10 --colluding 2 --dropouts 2 --json',
    'privacy plan --epsilon 4 --delta 1e-6 --rounds 2 --platforms 3 --persons 7000 --dimension 600 --json',
    'privacy plan --epsilon 2 --rounds 5 --platforms 7 --dropouts 1 --sampling 0.2 --platforms-per-person 3 --json',
    'privacy plan --epsilon 4 --rounds 1 --platforms 2 --json',
    'privacy check FOLDER/figures.json --json',
    'privacy check FOLDER/wrong.json --json',
    'privacy check FOLDER/broken.json --json',
    'secagg plan --platforms 10 --corrupt 0.1 --dropout 0.2 --parameters 2048 --ring-bits 24',
    'secagg plan --platforms 10 --corrupt 0.1 --dropout 0.2 --parameters 2048 --ring-bits 24 --json',
    'secagg plan --platforms 1000 --corrupt 0.1 --dropout 0.1 --adversary semi-malicious --json',
    'secagg plan --platforms 10 --corrupt 0.6 --dropout 0.5 --json',
    ...MANIFESTS.map((name) => `manifest check FOLDER/${name}.yaml`),
    'manifest check FOLDER/unsigned.yaml',
    'manifest check FOLDER/changed.yaml',
    'manifest check FOLDER/broken.yaml',
    'manifest check FOLDER/missing.yaml',
    'data sample --out FOLDER/world --platforms films,books --persons 60 --items 150 --seed golden --json',
    'data inspect FOLDER/world/films.tsv FOLDER/world/books.tsv --json',
    'data inspect FOLDER/world/films.tsv',
    'data inspect FOLDER/missing.tsv --json',
    `privacy ledger --state FOLDER/fresh --json`,
    `privacy ledger --state FOLDER/fresh --manifest FOLDER/${CHARGED}.yaml`,
    `privacy ledger --state FOLDER/charged --manifest FOLDER/${CHARGED}.yaml --json`,
    `privacy ledger --state FOLDER/charged --manifest FOLDER/${CHARGED}.yaml`,
    `privacy ledger --store FOLDER/coordinator.db --manifest FOLDER/${CHARGED}.yaml --json`,
    'privacy ledger --state FOLDER/missing --json',
    'privacy ledger --json',
    'consent add --state FOLDER/fresh --person ann,bob --target books --epoch 2 --expires 2100-01-31',
    'consent add --state FOLDER/fresh --target books',
    'consent list --state FOLDER/fresh --json',
    'consent withdraw --state FOLDER/fresh --person ann',
    'consent list --state FOLDER/fresh --json',
    'simulate --strategy nobody --json',
    // The masked sum, a trained encoder, sampled persons and randomised codes: one round with everything.
    'simulate --in-process --json --persons 50 --items 150 --seed 7 --rounds 1 --strategy shared-trunk --set autoencoder.hidden=16 --set subspace.steps=1 --release ldp --out FOLDER/runs',
  ];
}

/** Fields that differ from run to run or from version to version, as paths; `*` is any key or index. */
const VOLATILE: readonly string[] = [
  'isthmus', // the version
  'run', // holds the time
  'timing.*',
  'rounds.*.milliseconds.*',
];

const MANIFESTS = ['bridge-cohort-5', 'subspace-raw-3', 'trunk-ldp-9-sampling-and-clip-quantile'] as const;
const CHARGED = 'trunk-cohort-5-sampling';

/** @returns the document if standard output is one, else its lines; volatile fields and the folder are masked. */
export function masked({ exitCode, stdout, error }: Outcome, folder: string): unknown {
  const told = (text: string): string => text.replaceAll(folder, 'FOLDER');
  const output = told(stdout);
  return {
    exitCode,
    ...(error !== '' && { error: told(error).split('\n') }),
    ...(output.startsWith('{') || output.startsWith('[')
      ? { document: withoutVolatile(JSON.parse(output), []) }
      : { printed: output.split('\n') }),
  };
}

function withoutVolatile(value: unknown, path: readonly string[]): unknown {
  if (VOLATILE.some((pattern) => fits(pattern.split('.'), path))) return '(masked)';
  if (Array.isArray(value)) return value.map((one, index) => withoutVolatile(one, [...path, String(index)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutVolatile(one, [...path, key])]));
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index]);
}

/** Writes the files that the command lines read. */
export function prepareFiles(folder: string): void {
  const manifests = goldenManifests();
  const text = (name: string): string => formatManifest(manifestNamed(name));
  const manifestNamed = (name: string) => {
    const manifest = manifests.get(name);
    if (manifest === undefined) throw new RangeError(`no golden manifest is called ${name}`);
    return manifest;
  };
  const write = (file: string, content: string): void => writeFileSync(join(folder, file), content);
  for (const name of [...MANIFESTS, CHARGED]) write(`${name}.yaml`, text(name));
  const whole = manifestNamed('subspace-raw-3');
  const { p01: _, ...some } = whole.signatures;
  write('unsigned.yaml', formatManifest({ ...whole, signatures: some }));
  write('changed.yaml', text('subspace-raw-3').replace('epsilon: 1', 'epsilon: 2'));
  write('broken.yaml', text('subspace-raw-3').replace('release: raw', 'release: rare'));

  writeFigures(folder);
  writeLedgers(folder, planFederation(manifestNamed(CHARGED)));
}

/** Groups of reference figures that take no time, with every kind of answer. */
const GROUPS: readonly string[] = [
  'advanced-composition',
  'analytic-gaussian',
  'ddg-rdp',
  'hockeystick-laplace',
  'opacus-gdp',
  'pld-gaussian',
  'rdp-exponential',
  'rdp-logA',
  'rdp-subsampled-gaussian',
];

/** One reference figure per group. */
function writeFigures(folder: string): void {
  const file = join(import.meta.dirname, '../reference-accounting/vectors.json');
  const { title, rows } = JSON.parse(readFileSync(file, 'utf8')) as { title: string; rows: { group: string }[] };
  const few = GROUPS.flatMap((name) => rows.filter(({ group }) => group === name).slice(0, 1));
  writeFileSync(join(folder, 'figures.json'), JSON.stringify({ title, rows: few }));
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ title, rows: [{ ...few[0], expected: 99 }] }));
  writeFileSync(join(folder, 'broken.json'), JSON.stringify({ title, rows: [{ ...few[0], tolerance: 'small' }] }));
}

/**
 * Makes a platform's state without a charge, one with its encoder and two attempts charged, and a coordinator's store.
 */
function writeLedgers(folder: string, plan: ReturnType<typeof planFederation>): void {
  const { federation, platforms } = plan.manifest;
  const [{ name: platform }] = platforms;
  const attempts = [1, 2].map((round) =>
    attemptCharge(roundSum(plan, platform), round, 1, `5e55${round}`.padEnd(64, '0')),
  );
  const encoder = (plan.privacy.sums[platform] ?? [])
    .filter(({ scope }) => scope === 'platform')
    .flatMap((sum) => Array.from({ length: sum.repetitions }, (_, index) => platformCharge(platform, sum, index + 1)));

  const rules = ledgerRules(plan, nodeEngine);
  for (const [state, charges] of [
    ['fresh', []],
    ['charged', [...encoder, ...attempts]],
  ] as const) {
    mkdirSync(join(folder, state));
    const store = openPlatformStore(join(folder, state, 'state.db'), { federation, platform });
    const ledger = Ledger.open(federation, store.ledger, ledgerBudget(plan.privacy, { platform }), rules);
    for (const charge of charges) ledger.charge(charge);
    store.close();
  }
  const store = openCoordinatorStore(join(folder, 'coordinator.db'), { federation, parameters: plan.parameters });
  const ledger = Ledger.open(federation, store.ledger, ledgerBudget(plan.privacy, 'coordinator'), rules);
  for (const charge of attempts) ledger.charge(charge);
  store.close();
}
