/** docs/strategies.md, made from the registries and from kept figures. */
import { adaptations, readouts, spaces } from '../core/transfer/readouts/registry.ts';
import { piecesOf } from '../core/transfer/expression.ts';
import { presets, publishedPairs } from '../core/transfer/presets.ts';
import { trainings, views } from '../core/transfer/registry.ts';
import { isClaimed } from '../bench/strategies/summary.ts';
import type { Summary } from '../bench/strategies/summary.ts';
import { gainText } from '../simulations/worlds/planted/verify.ts';
import type { PlantedGain, Verified } from '../simulations/worlds/planted/verify.ts';

const LAWS: Readonly<Record<string, string>> = {
  'sealed-only': 'made from raw data: nothing is bounded',
  charged: 'made through charged sums: C1 and C2 hold',
  public: 'public facts and the own history alone: epsilon 0 for everybody else',
};

const KINDS = ['uniform', 'popularity'] as const;

/** @param measured rows of `npm run bench:strategies`, of any number of settings */
export function strategiesPage(planted: readonly Verified[], measured: readonly Summary[]): string {
  return `# Methods of transfer

Written by \`npx tsx docs/write-strategies.ts\` from the registries and from the figures in [measured/](measured/).

A transfer has two halves. An **encoder** is what leaves a platform: *views*, which turn one person's history into numbers, side by side
(\`subspace+projection\`), and perhaps a *training* above them (\`subspace>autoencoder\`). It stands in the signed manifest, and the printed
claims follow from the worst law of its pieces. A **decoder** is what a target does with what it received: a *readout* over an *item space*. Nothing of a decoder leaves, so each target
chooses its own (\`isthmus platform --decoder\`), and one federation feeds any number of them (\`isthmus simulate --decoder ridge,memory\`).
\`isthmus strategies\` lists all methods.

## What leaves a platform

| view | law | method | source |
|---|---|---|---|
${views.all.map(({ name, law, reference, summary }) => `| \`${name}\` | ${LAWS[law]} | ${summary} | ${reference} |`).join('\n')}

| training | law | method | source |
|---|---|---|---|
${trainings.all.map(({ name, reference, summary }) => `| \`${name}\` | ${LAWS['charged']} | ${summary} | ${reference} |`).join('\n')}

| published name | encoder | source |
|---|---|---|
${presets.map(({ name, encoder, reference }) => `| \`${name}\` | \`${piecesOf(encoder)}\` | ${reference} |`).join('\n')}
${publishedPairs.map(({ name, decoder, reference, strategy }) => `| \`${name}\` | \`${strategy}\`, read by \`${decoder}\` (\`isthmus simulate\` alone) | ${reference} |`).join('\n')}

## What a target does with it

| readout | method | source |
|---|---|---|
${readouts.map(({ name, reference, summary }) => `| \`${name}\` | ${summary} | ${reference} |`).join('\n')}

| item space | method | source |
|---|---|---|
${spaces.map(({ name, reference, summary }) => `| \`${name}\` | ${summary} | ${reference} |`).join('\n')}

| once a person has items there | method | source |
|---|---|---|
${adaptations.map(({ name, reference, summary }) => `| \`${name}\` | ${summary} | ${reference} |`).join('\n')}

## Planted worlds

Each method has a world in which its assumption holds by construction. NDCG@10 (49 uniform negatives, three seeds,
95 % over persons): the method over the prior, over itself with its mechanism switched off, and over \`ridge\` in the first space. Encoders and
spaces are read by \`ridge\`. Worlds of encoders run without noise, \`subspace\` at epsilon 8. All worlds and margins had been set on other seeds. On these, \`pca\` and \`lda\` missed the margin over \`ridge\` that was set
for them, so they promise nothing over it.
\`isthmus strategies --verify NAME\` runs one of them again; a test holds each to its margin.

| method | world | over the prior | switched off | over that | left over the prior without it | over ridge |
|---|---|---|---|---|---|---|
${planted.map(plantedRow).join('\n')}

## Real data

Releases of \`private-subspace\` at a total epsilon of 4, raw. A target is told 8 numbers per person (256 bits); with \`subspace+projection\` it is
told 256 further numbers of a public projection of the person's own history (8,192 bits), from which it may reconstruct that history:
rows are comparable only where as much is told. NDCG@10 with 99 negatives; paired gains with 95 % intervals over seeds, and over persons
within seeds; "over ridge" compares decoders of the same releases. Bold: the best row on *held-out* persons among the rows with the most seeds;
cold persons choose nothing. Below 600 test persons no gain under .02 is claimed. A method that does not help keeps its line.

${settingsOf(measured)
  .map((setting) => settingTable(measured.filter((row) => row.setting === setting)))
  .join('\n\n')}
`;
}

function plantedRow({ method, world, off, ...gains }: Verified): string {
  const text = (gain: PlantedGain | undefined): string =>
    gain === undefined || (gain.mean === 0 && gain.low === 0) ? '' : gainText(gain);
  return `| \`${method}\` | ${world} | ${text(gains.overPrior)} | ${off} | ${text(gains.overAblation)} | ${text(gains.ablationOverPrior)} | ${text(gains.overRidge)} |`;
}

function settingsOf(measured: readonly Summary[]): readonly string[] {
  return [...new Set(measured.map(({ setting }) => setting))];
}

function settingTable(rows: readonly Summary[]): string {
  const [{ setting }] = rows;
  // Held-out figures of different seeds cannot be compared.
  const most = Math.max(...rows.map(({ heldOut, seeds }) => (heldOut === undefined ? 0 : seeds)));
  const best = Math.max(...rows.map(({ heldOut, seeds }) => (seeds === most ? (heldOut ?? 0) : 0)));
  const kinds = KINDS.filter((kind) => rows.some(({ figures }) => kind in figures));
  const head = kinds.flatMap((kind) => [`NDCG@10 ${kind}`, 'over the prior', 'over ridge']);
  const lines = rows.map((row) => {
    const name = row.encoder === 'none' ? row.decoder : `${row.encoder}, ${row.decoder}`;
    const cells = kinds.flatMap((kind) => {
      const { ndcg, overPrior, overRidge } = row.figures[kind];
      return [
        ndcg.toFixed(3).slice(1),
        ...[overPrior, overRidge].map((gain) =>
          gain === undefined ? '' : `${gainText(gain)}${gain.low > 0 && !isClaimed(gain, row) ? ' (not claimed)' : ''}`,
        ),
      ];
    });
    const guard = row.kept === undefined ? '' : `${Math.round(100 * row.kept)} %`;
    return `| ${row.seeds === most && row.heldOut === best ? `**${name}**` : name} | ${cells.join(' | ')} | ${guard} | ${row.seeds} | ${row.seconds.toFixed(0)} |`;
  });
  return `### ${setting.replace('-', ' -> ')}

| method | ${head.join(' | ')} | let in | seeds | seconds |
|---|${'---|'.repeat(head.length + 3)}
${lines.join('\n')}`;
}
