/** The summary as text. */
import type { Gain } from '../../core/evaluation/gains.ts';
import type { Compared, SettingSummary, Summary } from './summary.ts';

export function summaryText({ bound, curves, diagnosis, goals, members, verdicts }: Summary): string {
  const parts: string[] = [];
  if (bound.length > 0) {
    parts.push(
      'NDCG@10 and gains with 95 % intervals: both kinds of negatives in one list | uniform | popularity-drawn',
      '',
    );
    parts.push("The bound: everybody else's raw rows, no noise", ...bound.flatMap(comparedText));
    parts.push('', 'Goals at total epsilon 4; the platform joins late and contributes nobody');
    parts.push(
      ...verdicts.map(
        ({ by, figure, goal, reached }) => `  ${reached ? 'reached' : 'MISSED '}  ${goal}: ${gainText(figure)} (${by})`,
      ),
    );
    parts.push('', ...goals.flatMap(comparedText));
  }
  if (members.length > 0) parts.push('', 'The platform is a member', ...members.flatMap(comparedText));
  if (diagnosis.length > 0)
    parts.push('', 'Shared minus private subspace at the same epsilon', ...diagnosis.flatMap(comparedText));
  for (const { axis, points } of curves) {
    parts.push('', `Curve: ${axis}`);
    for (const point of points)
      parts.push(...comparedText(point).map((line) => `  ${point.at.padEnd(5)} ${line.trim()}`));
  }
  return parts.join('\n');
}

function comparedText({ compared, ndcg, own, plan, used }: SettingSummary): string[] {
  return compared.map(({ byMarket, cuts, gains, over, row }: Compared) =>
    [
      `  own ${String(own).padStart(4)}: ${row} (${ndcg[row].both.toFixed(3)}) over ${over} (${ndcg[over].both.toFixed(3)})`,
      `${gainText(gains.both)} | ${gainText(gains.uniform)} | ${gainText(gains.popularity)}`,
      Object.entries(byMarket)
        .map(([market, gain]) => `${market} ${signed(gain.mean)}`)
        .join(' '),
      `${cuts} cuts`,
      `n ${plan.platforms}, c ${plan.colluding}, losses ${plan.losses}, H ${plan.shares}`,
      ...(used === null ? [] : [`used in ${Math.round(100 * used)} % of cuts`]),
    ].join('; '),
  );
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4).replace(/^0/, '')}`;
}

function gainText({ high, low, mean }: Gain): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}
