/**
 * Each rule removed, alone, where its removal breaks a claim, and the claim that it breaks. Once with every claim, so that the way
 * is short; once with what a statement prints alone, so that the way goes on until a printed number is false. What can be
 * removed without harm stands here too: then the search must come to its end and find nothing.
 * @module
 */
import { ExactWorld } from './exact.ts';
import type { Claimed } from './claims.ts';
import type { Scope } from './exact.ts';
import { settingOf } from './runs.ts';
import type { Sizes } from './runs.ts';
import { after } from './search.ts';
import type { Model } from './search.ts';
import { RULES } from './setting.ts';
import type { GiveUpStep, Rules, Setting } from './setting.ts';
import { VictimWorld } from './victim.ts';

export interface Attack {
  readonly name: string;
  readonly model: () => Model;
  /** The broken claim; absent if none is broken. */
  readonly breaks: string | undefined;
}

const THREE: Sizes = { platforms: 3, threshold: 3, noiseThreshold: 3, declared: 1 };
const FOUR: Sizes = { platforms: 4, threshold: 3, noiseThreshold: 3, declared: 1 };
const FIVE: Sizes = { platforms: 5, threshold: 3, noiseThreshold: 3, declared: 0 };
/** As many corrupt platforms as declared. */
const PLANNED = settingOf(FOUR, 1);
const ONE_ATTEMPT: Partial<Setting> = { attempts: 1 };

interface Removal {
  readonly rule: string;
  readonly removed: Partial<Rules>;
  /** The violation found, if all claims are checked, or only the printed ones. */
  readonly every: string | undefined;
  readonly printed: string | undefined;
}

const GIVING_UP: readonly Removal[] = (
  [
    [['record', 'sign', 'wipe'], 'refund', undefined],
    [['sign', 'record', 'wipe'], 'refund', 'budget'],
    [['wipe', 'sign', 'record'], 'refund', 'budget'],
    [['sign', 'wipe', 'record'], 'refund', 'budget'],
    [['wipe', 'record', 'sign'], undefined, undefined],
  ] as const satisfies readonly (readonly [readonly GiveUpStep[], string | undefined, string | undefined])[]
).map(([giveUp, every, printed]) => ({
  rule: `gives up in the order ${giveUp.join(', ')}`,
  removed: { giveUp },
  every,
  printed,
}));

/** The result of the search among four platforms, one corrupt and one declared. */
const REMOVED: readonly Removal[] = [
  {
    rule: 'charged at the reveal, as before',
    removed: { upload: ['send'], reveal: ['copy', 'charge', 'record', 'send'] },
    every: 'paid',
    printed: 'budget',
  },
  { rule: 'charged after the first chunk', removed: { upload: ['send', 'charge'] }, every: 'paid', printed: 'budget' },
  {
    rule: 'a reveal recorded after it is sent',
    removed: { reveal: ['copy', 'send', 'record'] },
    every: 'refund',
    printed: 'budget',
  },
  {
    rule: 'a statement after a reveal',
    removed: { noStatementAfterReveal: false },
    every: 'refund',
    printed: 'budget',
  },
  { rule: 'a reveal after giving up', removed: { noRevealAfterGivingUp: false }, every: 'refund', printed: 'budget' },
  ...GIVING_UP,
  { rule: 't - c need not have signed', removed: { unsigned: (t, c) => t - c }, every: 'refund', printed: 'budget' },
  { rule: 'a key list that the coordinator shows', removed: { listIsOwn: false }, every: 'refund', printed: 'budget' },
  { rule: 'no proof on adoption', removed: { proofOnAdoption: false }, every: 'refund', printed: 'budget' },
  { rule: 'a refund without its charge', removed: { refundNeedsCharge: false }, every: 'paid', printed: undefined },
  { rule: 'n instead of the holders', removed: { holders: 'n' }, every: undefined, printed: undefined },
];

function attack(
  world: 'victim' | Scope,
  rule: string,
  removed: Partial<Rules>,
  setting: Setting,
  claimed: Claimed,
  breaks: string | undefined,
): Attack {
  const rules = { ...RULES, ...removed };
  const model = (): Model =>
    world === 'victim' ? new VictimWorld(setting, rules, claimed) : new ExactWorld(setting, rules, world, claimed);
  return { name: `${rule} (${world}, ${claimed})`, model, breaks };
}

/** Everybody's keys, packets and vectors first, and then any U3 to anybody. */
function fromSurvivorsOn(removed: Partial<Rules>): Model {
  const setting = settingOf(FIVE, 0, ONE_ATTEMPT);
  const isBefore = (move: string): boolean =>
    !move.includes('U3') && (!/U[12]/.test(move) || move.includes('{0 1 2 3 4}'));
  return after(new ExactWorld(setting, { ...RULES, ...removed }, 'sums'), isBefore);
}

export const ATTACKS: readonly Attack[] = [
  ...REMOVED.flatMap(({ rule, removed, every, printed }) => [
    attack('victim', rule, removed, PLANNED, 'every', every),
    attack('victim', rule, removed, PLANNED, 'printed', printed),
    attack('ledgers', rule, removed, { ...PLANNED, ...ONE_ATTEMPT }, 'every', every),
  ]),
  attack(
    'victim',
    'a refund without its charge, three attempts',
    { refundNeedsCharge: false },
    { ...PLANNED, attempts: 3 },
    'printed',
    'budget',
  ),
  attack(
    'victim',
    'statements of non-holders count',
    { holders: 'cohort' },
    settingOf(FIVE, 0, ONE_ATTEMPT),
    'every',
    'refund',
  ),
  attack(
    'ledgers',
    'holders are those of U2',
    { holders: 'dealers' },
    { ...PLANNED, ...ONE_ATTEMPT },
    'every',
    'refund',
  ),
  attack('victim', 'no own statement', { ownStatementFirst: false }, PLANNED, 'every', 'silent'),
  attack('ledgers', 'no own statement', { ownStatementFirst: false }, settingOf(THREE, 2), 'printed', 'openings'),
  ...(['victim', 'ledgers'] as const).map((world) =>
    attack(
      world,
      'no cap on refunds',
      { refundsAreCapped: false },
      settingOf(THREE, 1, { refunds: 0 }),
      'printed',
      'uploads',
    ),
  ),
  attack(
    'victim',
    'a restored platform counts as honest',
    { restoredCounts: false },
    settingOf(FOUR, 1, { restored: 1 }),
    'printed',
    'budget',
  ),
  attack(
    'sums',
    'lists below t_noise',
    { noiseThreshold: false },
    settingOf({ ...FOUR, noiseThreshold: 4 }, 1),
    'every',
    'noise',
  ),
  attack('sums', 'U3 beyond U2', { survivorsDealt: false }, settingOf(FOUR, 1, ONE_ATTEMPT), 'every', 'noise'),
  { name: 'no signatures over U3 (sums)', model: () => fromSurvivorsOn({ consistency: false }), breaks: 'noise' },
  { name: 'signatures over U3, as it should be (sums)', model: () => fromSurvivorsOn({}), breaks: undefined },
];
