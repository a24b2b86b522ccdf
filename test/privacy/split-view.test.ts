import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PrivacyEvent } from '../../core/accounting/accountant.ts';
import { releaseRules } from '../../core/accounting/release-rules.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { Refund } from '../../core/privacy/ledger/ledger.ts';
import type { PlannedSum, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { openingsAgainst } from '../../core/privacy/plan/openings.ts';
import { attemptCharge, eventOf, ledgerBudget, platformCharge } from '../../core/privacy/plan/plan-events.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { epsilonAgainst, plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import type { PlanRequest, PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { noiseSharesAgainst } from '../../core/privacy/plan/trust.ts';
import { mostSilent } from '../../core/secagg/refund-proof.ts';

const round: SumQuery = {
  label: 'round',
  dimension: 20,
  clip: 1,
  repetitions: 3,
  relativeNoise: 1,
  scope: 'federation',
};
const encoder: SumQuery = { ...round, label: 'encoder', scope: 'platform', repetitions: 2 };

interface Shape extends Partial<PlanRequest> {
  readonly n?: number;
  readonly weights?: readonly number[];
}

/** Five platforms, one colluding, one lost: t = 4, t_noise = 4, single platforms from 3 colluders on. R = 4, F = 2. */
function plan({ n = 5, weights = [], ...given }: Shape = {}): PrivacyPlan {
  return planPrivacy({
    epsilon: 4,
    delta: 1e-6,
    colluding: 1,
    dropouts: 1,
    maxPlatformsPerPerson: 2,
    spareAttempts: 1,
    refunds: 2,
    platforms: Array.from({ length: n }, (_, i) => ({
      name: `p${i}`,
      personsAbout: 4000,
      queries: [encoder, round],
      clipWeight: weights[i] ?? 1,
    })),
    ...given,
  });
}

const attemptsOf = (made: PrivacyPlan): number => made.rounds + made.spareAttempts;

/** The event for a person if only these of the person's platforms are in an attempt. */
function partialEvent(sums: readonly PlannedSum[], shares: number): PrivacyEvent {
  const [{ sampling }] = sums;
  const integerSensitivity = sums.reduce((total, { integerClip }) => total + integerClip, 0);
  const personRate = sampling && -Math.expm1(sums.length * Math.log1p(-sampling.rate));
  const sum = {
    ...sums[0],
    integerSensitivity,
    ...(sampling && personRate !== undefined && { sampling: { ...sampling, personRate } }),
  };
  return eventOf(sum, shares);
}

interface Session {
  readonly id: string;
  readonly round: number;
  /** Honest platforms that uploaded: the sum consists of their vectors. */
  readonly uploaded: readonly string[];
  readonly revealed: Set<string>;
  readonly gaveUp: Set<string>;
}

/** The next move of a deviating coordinator. Bits select among the honest platforms. */
interface Move {
  /** Platforms invited to an attempt. */
  readonly invited: number;
  /** Platforms that uploaded and are made to reveal. */
  readonly reveal: number;
  /** Platforms among the others that are told the end and give up. The rest wait. */
  readonly giveUp: number;
  /** The earlier attempt in which those that still wait are made to reveal. */
  readonly late: number;
}

/**
 * Honest platforms with their real ledgers, and a coordinator that shows each what it likes, with the platforms that help
 * it: they hold shares of every secret, state whatever is useful, and open what their shares and the revealed ones open.
 */
class Coordinated {
  readonly plan: PrivacyPlan;
  readonly colluders: number;
  readonly honest: readonly string[];
  readonly sessions: Session[] = [];
  readonly ledgers: ReadonlyMap<string, Ledger>;

  constructor(made: PrivacyPlan, colluders: number) {
    this.plan = made;
    this.colluders = colluders;
    this.honest = Object.keys(made.sums).slice(colluders);
    this.ledgers = new Map(this.honest.map((name) => [name, this.#ledger(name)]));
  }

  #ledger(name: string): Ledger {
    const { plan: made } = this;
    const ledger = Ledger.open('f', new MemoryLedgerStore(), ledgerBudget(made, { platform: name }), {
      chargeProblem: () => undefined,
      refundProblem: ({ proof }) =>
        proof.keys.length - proof.statements.length >
        mostSilent({ threshold: made.threshold, colluders: made.colluding })
          ? 'lacks statements'
          : undefined,
      keeps: (session) => this.sessions.find(({ id }) => id === session)?.gaveUp.has(name) !== true,
      mostRefunds: made.refunds,
    });
    const own = plannedSum(made, name, 'encoder');
    for (let n = 1; n <= own.repetitions; n++) ledger.charge(platformCharge(name, own, n));
    return ledger;
  }

  /** Invites platforms. Those that can pay upload. @returns the session; undefined if nobody uploads. */
  invite(names: readonly string[]): Session | undefined {
    const id = String(this.sessions.length + 1).padStart(64, '0');
    const number = this.sessions.length + 1;
    const charge = attemptCharge(plannedSum(this.plan, this.honest[0], 'round'), number, 1, id);
    const uploaded = names.filter((name) => {
      const ledger = this.ledgers.get(name)!;
      if (ledger.refusal(charge) !== undefined) return false;
      ledger.charge(charge);
      return true;
    });
    if (uploaded.length === 0) return undefined;
    const session = { id, round: number, uploaded, revealed: new Set<string>(), gaveUp: new Set<string>() };
    this.sessions.push(session);
    return session;
  }

  /** Honest platforms reveal only for a U3 of at least t_noise, and only in attempts that they have not given up. */
  reveal(session: Session, names: readonly string[]): void {
    // With as many helpers as can name the dead alive, U3 may be as long as they like.
    const { noiseThreshold, exposedFrom } = this.plan;
    if (this.colluders < exposedFrom && session.uploaded.length + this.colluders < noiseThreshold) return;
    for (const name of names) {
      if (session.uploaded.includes(name) && !session.gaveUp.has(name)) session.revealed.add(name);
    }
  }

  giveUp(session: Session, names: readonly string[]): void {
    for (const name of names) {
      if (session.uploaded.includes(name) && !session.revealed.has(name)) session.gaveUp.add(name);
    }
  }

  /** Every platform takes back what it can with all existing statements. Helpers make statements whatever they did. */
  refundAll(): void {
    for (const { id, round: number, uploaded, gaveUp } of this.sessions) {
      const list = Array<object>(uploaded.length + this.colluders).fill({});
      const statements = Array<object>(gaveUp.size + this.colluders).fill({});
      const proof = { parametersHash: '', keys: list, statements } as unknown as Refund['proof'];
      for (const name of uploaded) {
        try {
          this.ledgers
            .get(name)!
            .refund({ scope: 'federation', label: 'round', round: number, attempt: 1, session: id, proof });
        } catch (error) {
          assert.ok(error instanceof PrivacyError && error.code === 'PRIVACY_LEDGER_REFUSED');
        }
      }
    }
  }

  play({ invited, reveal, giveUp, late }: Move): void {
    const chosen = (bits: number): readonly string[] => this.honest.filter((_, i) => (bits >> i) & 1);
    const session = this.invite(chosen(invited));
    if (session !== undefined) {
      this.reveal(session, chosen(reveal));
      this.giveUp(session, chosen(giveUp));
    }
    this.refundAll();
    const earlier = this.sessions.at(late % Math.max(1, this.sessions.length));
    if (earlier !== undefined) this.reveal(earlier, chosen(giveUp));
    this.refundAll();
  }

  /** Sums that the coordinator can open: with t shares, or, with t helpers, any upload. */
  get opened(): readonly Session[] {
    return this.sessions.filter(
      ({ revealed, uploaded }) =>
        revealed.size + this.colluders >= this.plan.threshold && (revealed.size > 0 || uploaded.length > 0),
    );
  }

  openedWith(name: string): readonly Session[] {
    return this.opened.filter(({ uploaded }) => uploaded.includes(name));
  }

  check(): void {
    const { plan: made, colluders } = this;
    const bound = { attempts: attemptsOf(made), refunds: made.refunds };
    for (const name of this.honest) {
      const ledger = this.ledgers.get(name)!;
      const opened = this.openedWith(name);
      const paid = new Set(ledger.refundable().map(({ session }) => session));
      assert.ok(paid.size <= bound.attempts);
      const uploads = this.sessions.filter(({ uploaded }) => uploaded.includes(name)).length;
      assert.ok(uploads <= bound.attempts + bound.refunds, `${uploads} uploads`);
      if (colluders <= made.colluding) {
        for (const { id } of opened) assert.ok(paid.has(id), `${name} took back a sum that was opened`);
      }
      const most = openingsAgainst(made, bound, colluders);
      assert.ok(opened.length <= most, `${opened.length} sums with ${name}; ${most} against ${colluders}`);
    }
  }

  /** Epsilon of everything opened about a person on these honest platforms, including their encoders. */
  epsilonOf(mine: readonly string[]): number {
    const shares = noiseSharesAgainst(this.plan, this.colluders);
    const masked = this.opened.flatMap(({ uploaded }) => {
      const there = mine.filter((name) => uploaded.includes(name));
      if (there.length === 0) return [];
      const sums = there.map((name) => plannedSum(this.plan, name, 'round'));
      return [{ event: partialEvent(sums, shares), count: 1 }];
    });
    const encoders = mine.map((name) => {
      const sum = plannedSum(this.plan, name, 'encoder');
      return { event: eventOf(sum), count: sum.repetitions };
    });
    return composedEpsilon([...encoders, ...masked], this.plan.delta);
  }
}

const move = fc.record({
  invited: fc.integer({ min: 1, max: 1023 }),
  reveal: fc.nat(1023),
  giveUp: fc.nat(1023),
  late: fc.nat(50),
});

/**
 * The best that is known: everybody who can uploads, as few as open the sum are brought to reveal, those with the most room
 * left; the others are kept in the dark, give up, and take back what they can.
 */
function keepInTheDark(world: Coordinated): void {
  const { plan: made, colluders, honest } = world;
  const permanent = new Map(honest.map((name) => [name, 0]));
  for (;;) {
    const session = world.invite(honest);
    if (session === undefined) return;
    const revealers = session.uploaded
      .toSorted((a, b) => permanent.get(a)! - permanent.get(b)!)
      .slice(0, Math.max(0, made.threshold - colluders));
    world.reveal(session, revealers);
    for (const name of session.revealed) permanent.set(name, permanent.get(name)! + 1);
    world.giveUp(session, honest);
    world.refundAll();
  }
}

describe('a coordinator that shows each platform what it likes', function () {
  this.timeout(60_000);
  it('opens no sum that a platform in it has not paid for, and no more than the plan counts, whatever it does', () => {
    const shapes = fc.record({
      shape: fc.constantFrom<Shape>(
        {},
        { refunds: 0 },
        { refunds: 6 },
        { n: 4 },
        { n: 3, dropouts: 0 },
        { n: 7, colluding: 2, refunds: 3 },
        { n: 10, colluding: 2, dropouts: 2, refunds: 5 },
      ),
      colluders: fc.nat(9),
      moves: fc.array(move, { minLength: 8, maxLength: 25 }),
    });
    const plans = new Map<string, PrivacyPlan>();
    fc.assert(
      fc.property(shapes, ({ shape, colluders, moves }) => {
        const key = JSON.stringify(shape);
        const made = plans.get(key) ?? plan(shape);
        plans.set(key, made);
        const world = new Coordinated(made, colluders % made.platformCount);
        for (const each of moves) {
          world.play(each);
          world.check();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('that keeps all but the fewest revealers in the dark opens exactly as many sums as the plan counts', () => {
    // With t_noise = t. If more must be in a sum than are needed to open it, the last openings fail for lack of
    // uploads.
    for (const shape of [{}, { refunds: 9 }, { n: 10, colluding: 2, dropouts: 3, refunds: 3 }] as const) {
      const made = plan(shape);
      const bound = { attempts: attemptsOf(made), refunds: made.refunds };
      for (let colluders = 0; colluders < made.platformCount; colluders++) {
        const world = new Coordinated(made, colluders);
        keepInTheDark(world);
        world.check();
        const most = Math.max(...world.honest.map((name) => world.openedWith(name).length));
        assert.equal(most, openingsAgainst(made, bound, colluders), `${JSON.stringify(shape)}, ${colluders} colluders`);
      }
    }
  });

  it('would open more if platforms paid when they reveal: the attack that the rule is against', () => {
    const made = plan({ n: 10, colluding: 1, dropouts: 2, spareAttempts: 4, refunds: 0 });
    const left = new Map(Object.keys(made.sums).map((name) => [name, attemptsOf(made)]));
    let opened = 0;
    for (;;) {
      const revealers = [...left]
        .filter(([, room]) => room > 0)
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, made.threshold);
      if (revealers.length < made.threshold) break;
      for (const [name, room] of revealers) left.set(name, room - 1);
      opened += 1;
    }
    assert.equal(opened, 10);
    assert.equal(attemptsOf(made), 7);
    const world = new Coordinated(made, 0);
    keepInTheDark(world);
    assert.equal(world.opened.length, 7);
  });

  it('learns of a person no more than is printed: sums for some of the person’s platforms and others for others', () => {
    const worlds = fc.record({
      split: fc.integer({ min: 2, max: 3 }),
      weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 }),
      colluders: fc.nat(3),
      isGreedy: fc.boolean(),
      moves: fc.array(move, { minLength: 20, maxLength: 30 }),
    });
    fc.assert(
      fc.property(worlds, ({ split, weights, colluders, isGreedy, moves }) => {
        fc.pre(5 - colluders >= split);
        const made = plan({ maxPlatformsPerPerson: split, weights });
        const world = new Coordinated(made, colluders);
        if (isGreedy) keepInTheDark(world);
        else for (const each of moves) world.play(each);
        const mine = world.honest.slice(0, split);
        const squares = world.opened.reduce((sum, { uploaded }) => {
          const there = mine.filter((name) => uploaded.includes(name));
          return sum + there.reduce((w, name) => w + plannedSum(made, name, 'round').integerClip, 0) ** 2;
        }, 0);
        const whole = plannedSum(made, mine[0], 'round').integerSensitivity;
        const most = openingsAgainst(made, { attempts: attemptsOf(made), refunds: made.refunds }, colluders);
        assert.ok(squares <= most * whole ** 2, `${squares} of ${most} x ${whole}^2`);
        const printed = epsilonAgainst(made, colluders)!;
        assert.ok(world.epsilonOf(mine) <= printed * (1 + 1e-12), `${world.epsilonOf(mine)} of ${printed}`);
        if (colluders <= made.colluding) assert.ok(world.epsilonOf(mine) <= made.budget!);
      }),
      { numRuns: 30 },
    );
  });
});

describe('drawn persons', () => {
  it('a part w of the bound costs no more than w squared of the whole, at every order', () => {
    for (const [split, weights] of [
      [2, [1, 1, 1, 1, 1]],
      [2, [9, 1, 1, 1, 1]],
      [3, [1, 1, 1, 1, 1]],
      [3, [5, 2, 1, 1, 1]],
      [4, [4, 3, 2, 1, 1]],
    ] as const) {
      for (const sampling of [0.01, 0.05, 0.3, 0.6, 0.9, 0.99]) {
        const made = plan({ maxPlatformsPerPerson: split, weights, sampling });
        const sums = Object.keys(made.sums)
          .slice(0, split)
          .map((name) => plannedSum(made, name, 'round'));
        const clipOf = (parts: readonly PlannedSum[]): number => parts.reduce((sum, part) => sum + part.integerClip, 0);
        for (const noiseShares of [sums[0].noiseShares, 1]) {
          // As planned, and with a fifth to five times the noise.
          for (const noise of [0.2, 1, 5]) {
            const all = sums.map((sum) => ({ ...sum, localSigma: sum.localSigma * noise }));
            const whole = releaseRules.curve(partialEvent(all, noiseShares))!;
            for (let bits = 1; bits < 1 << split; bits++) {
              const there = all.filter((_sum, i) => (bits >> i) & 1);
              const part = releaseRules.curve(partialEvent(there, noiseShares))!;
              for (const order of [1.25, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 16, 32, 64]) {
                assert.ok(
                  part(order) * clipOf(all) ** 2 <= clipOf(there) ** 2 * whole(order) * (1 + 1e-9),
                  `platforms ${bits} of ${split}, q ${sampling}, noise x ${noise}, order ${order}`,
                );
              }
            }
          }
        }
      }
    }
  });
});
