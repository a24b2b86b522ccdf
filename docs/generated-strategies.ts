/** docs/strategies.md, made from the registries and from kept figures. */
import { readouts, spaces } from '../core/transfer/readouts/registry.ts';
import { strategies } from '../core/transfer/registry.ts';
import type { Summary } from '../bench/strategies/summary.ts';
import { gainText } from '../simulations/worlds/planted/verify.ts';
import type { PlantedGain, Verified } from '../simulations/worlds/planted/verify.ts';

const LAWS: Readonly<Record<string, string>> = {
  'sealed-only': 'made from raw data: nothing is bounded',
  'private-encoder': 'made through charged sums: C1 and C2 hold',
};

const KINDS = ['uniform', 'popularity'] as const;

/** @param measured rows of `npm run bench:strategies`, of any number of settings */
export function strategiesPage(planted: readonly Verified[], measured: readonly Summary[]): string {
  return `# Methods of transfer

Written by \`npx tsx docs/write-strategies.ts\` from the registries and from the figures in [measured/](measured/).

A transfer has two halves. A **strategy** is what leaves a platform: it stands in the signed manifest, and the printed claims follow from
it. A **decoder** is what a target does with what it received: a *readout* over an *item space*. Nothing of a decoder leaves, so each target
chooses its own (\`isthmus platform --decoder\`), and one federation feeds any number of them (\`isthmus simulate --decoder ridge,memory\`).
\`isthmus strategies\` lists all methods.

## What leaves a platform

| strategy | law | method | source |
|---|---|---|---|
${strategies.map(({ name, privacy, reference, summary }) => `| \`${name}\` | ${LAWS[privacy]} | ${summary} | ${reference} |`).join('\n')}

## What a target does with it

| readout | method | source |
|---|---|---|
${readouts.map(({ name, reference, summary }) => `| \`${name}\` | ${summary} | ${reference} |`).join('\n')}

| item space | method | source |
|---|---|---|
${spaces.map(({ name, reference, summary }) => `| \`${name}\` | ${summary} | ${reference} |`).join('\n')}

## Planted worlds

Each readout has a world in which its assumption holds by construction. NDCG@10 (49 uniform negatives, three seeds that no world and no
margin was set on, 95 % over persons): the readout over the prior, over itself with its mechanism switched off, and over \`ridge\`.
\`isthmus strategies --verify NAME\` runs one of them again; a test holds each to its margin.

| readout | world | over the prior | switched off | over that | left over the prior without it | over ridge |
|---|---|---|---|---|---|---|
${planted.map(plantedRow).join('\n')}

## Real data

Releases of \`private-subspace\` at a total epsilon of 4, raw (8 numbers a person), or as the row says. NDCG@10 with 99 negatives, paired
gains; intervals of 95 % over seeds, and over persons within seeds. The decoder of the best *held-out* persons is in bold: the cold persons
choose nothing. A method that does not help keeps its line.

${settingsOf(measured)
  .map((setting) => settingTable(measured.filter((row) => row.setting === setting)))
  .join('\n\n')}
`;
}

function plantedRow({ readout, world, off, ...gains }: Verified): string {
  const text = (gain: PlantedGain): string => (gain.mean === 0 && gain.low === 0 ? '' : gainText(gain));
  return `| \`${readout}\` | ${world} | ${text(gains.overPrior)} | ${off} | ${text(gains.overAblation)} | ${text(gains.ablationOverPrior)} | ${text(gains.overRidge)} |`;
}

function settingsOf(measured: readonly Summary[]): readonly string[] {
  return [...new Set(measured.map(({ setting }) => setting))];
}

function settingTable(rows: readonly Summary[]): string {
  const [{ setting }] = rows;
  const best = Math.max(...rows.map(({ heldOut }) => heldOut ?? 0));
  const kinds = KINDS.filter((kind) => rows.some(({ figures }) => kind in figures));
  const head = kinds.flatMap((kind) => [`NDCG@10 ${kind}`, 'over the prior', 'over ridge']);
  const lines = rows.map((row) => {
    const name = row.encoder === 'none' ? row.decoder : `${row.encoder}, ${row.decoder}`;
    const cells = kinds.flatMap((kind) => {
      const { ndcg, overPrior, overRidge } = row.figures[kind];
      return [
        ndcg.toFixed(3).slice(1),
        ...[overPrior, overRidge].map((gain) => (gain === undefined ? '' : gainText(gain))),
      ];
    });
    const guard = row.kept === undefined ? '' : `${Math.round(100 * row.kept)} %`;
    return `| ${row.heldOut === best ? `**${name}**` : name} | ${cells.join(' | ')} | ${guard} | ${row.seeds} | ${row.seconds.toFixed(0)} |`;
  });
  return `### ${setting.replace('-', ' -> ')}

| method | ${head.join(' | ')} | let in | seeds | seconds |
|---|${'---|'.repeat(head.length + 3)}
${lines.join('\n')}`;
}
