/** The table of trainings on real data: a line per encoder and setting, over the prior and over its views alone. */
import { trainings } from '../core/transfer/registry.ts';
import { encoderIn, piecesIn } from '../bench/strategies/encoders.ts';
import type { Figure, Interval, Summary } from '../bench/strategies/summary.ts';
import { settingTitle } from './setting-title.ts';

type GainText = (gain: Interval | undefined, row: Summary) => string;

/** Number of the training among all; -1 for an encoder without one. */
function placeOf({ encoder }: Summary): number {
  const { training } = piecesIn(encoderIn(encoder).expression);
  return trainings.all.findIndex(({ name }) => name === training);
}

function line(row: Summary, gainText: GainText): string {
  const { encoder, encoderSeconds, figures, kept, rounds, seeds, setting } = row;
  const [expression, ...settings] = encoder.split(' ');
  const name = `\`${expression}\`${settings.length === 0 ? '' : ` (${settings.join(', ')})`}`;
  const of = (kind: string): Figure | undefined => figures[kind];
  const cells = [
    gainText(of('uniform')?.overPrior, row),
    gainText(of('uniform')?.overViews, row),
    gainText(of('popularity')?.overViews, row),
    kept === undefined ? '' : `${Math.round(100 * kept)} %`,
    String(seeds),
    rounds === undefined ? '' : String(Math.round(10 * rounds) / 10),
    encoderSeconds === undefined ? '' : String(Math.round(encoderSeconds)),
  ];
  return `| ${name} | ${settingTitle(setting)} | ${cells.join(' | ')} |`;
}

export function trainedTable(measured: readonly Summary[], gainText: GainText): string {
  const rows = measured
    .filter((row) => row.decoder === 'ridge' && placeOf(row) >= 0)
    .sort((a, b) => placeOf(a) - placeOf(b) || (a.encoder < b.encoder ? -1 : a.encoder > b.encoder ? 1 : 0));
  return `| encoder | platforms | over the prior | over its views | the same, popularity-drawn | let in | seeds | rounds | processor seconds |
|---|---|---|---|---|---|---|---|---|
${rows.map((row) => line(row, gainText)).join('\n')}`;
}
