/**
 * Attacks on a coordinator by a member of its federation with a hostile program.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { lanes, pause, STRIKE_MS, until } from './attack.ts';
import type { Attack, Stage } from './attack.ts';
import { HostileMember } from './hostile-member.ts';
import type { Scene } from './scene.ts';

/** The platform of every scene that has no process. */
export const EVIL = 'evil';

const join = (scene: Scene, name = EVIL): Promise<HostileMember> =>
  HostileMember.join(scene.checkout, scene.url, scene.member(name));
const attack = (name: string, strike: Attack['strike'], stage: Stage = 'margin'): Attack => ({
  name,
  stage,
  victim: 'coordinator',
  strike,
});

export const MEMBERS: readonly Attack[] = [
  attack('the same identity 10 times', async (scene) => {
    const all: HostileMember[] = [];
    for (let n = 0; n < 10; n++) all.push(await join(scene));
    await pause(500);
    const stay = all.filter(({ raw }) => !raw.isClosed).length;
    for (const one of all) one.end();
    return `${stay} stays`;
  }),
  attack('turns prepared and unprepared as fast as it can', async (scene) => {
    const one = await join(scene);
    let flips = 0;
    await lanes(1, async () => {
      one.send({ kind: 'status', stage: 'ready', fraction: 1, prepared: flips++ % 2 === 0 });
      if (flips % 8 === 0) await pause(5);
    });
    one.end();
    return `${flips} times`;
  }),
  attack('is there and never prepared', async (scene) => {
    const one = await join(scene);
    one.send({ kind: 'status', stage: 'preparing', fraction: 0, prepared: false });
    await pause(3 * STRIKE_MS);
    one.end();
    return '';
  }),
  attack('comes and goes, never prepared', async (scene) => {
    const times = await lanes(
      1,
      async () => {
        const one = await join(scene);
        one.send({ kind: 'status', stage: 'preparing', fraction: 0, prepared: false });
        await pause(300);
        one.end();
      },
      3 * STRIKE_MS,
    );
    return `${times} times`;
  }),
  attack('says that it is ready, and is silent in every attempt (deadlines of 4 s)', async (scene) => {
    const one = await join(scene);
    let invited = 0;
    one.onBody = ({ kind }) => void (invited += kind === 'attempt-start' ? 1 : 0);
    one.ready();
    await pause(4 * STRIKE_MS);
    one.end();
    return `invited ${invited} times`;
  }),
  attack('declines every attempt', (scene) => declining(scene, 'PLATFORM_NOT_READY', 2 * STRIKE_MS)),
  attack('declines every attempt, its budget being spent as it says', (scene) =>
    declining(scene, 'PRIVACY_BUDGET_EXHAUSTED', 2 * STRIKE_MS),
  ),
  attack('7 messages of 8 MiB that are never whole', async (scene) => {
    const chunk = randomBytes(200_000);
    for (let n = 0; n < 7; n++) {
      const one = await join(scene);
      for (let index = 0; index < 40; index++) {
        const [sha256, totalBytes] = [new Uint8Array(32), 8 * 2 ** 20];
        one.send({ kind: 'fragment', transfer: 1, index, count: 42, totalBytes, sha256, bytes: chunk });
        if (index % 8 === 0) await pause(20);
      }
      one.end();
    }
    return '';
  }),
  attack('numbers that are wrong: 2^32 - 1, a gap, none, a false acknowledgement, another session', async (scene) => {
    let closed = 0;
    const status = { kind: 'status', stage: 'x', fraction: 0, prepared: false } as const;
    const wrong: readonly ((one: HostileMember) => void)[] = [
      (one) => one.say(status, 2 ** 32 - 1),
      (one) => one.say(status, 7),
      (one) => one.say(status, 0),
      (one) => one.say({ kind: 'ack', handled: 4_000_000 }),
      (one) => one.send({ kind: 'secagg', message: { kind: 'upload-request' } }, new Uint8Array(32).fill(9)),
    ];
    for (const say of wrong) {
      const one = await join(scene);
      say(one);
      closed += (await until(() => one.raw.isClosed, 500)) ? 1 : 0;
      one.end();
    }
    return `${closed} of ${wrong.length} closed`;
  }),
  attack('never acknowledges, and connects anew', async (scene) => {
    const times = await lanes(1, async () => {
      const one = await join(scene);
      one.onBody = () => undefined;
      one.acknowledge = () => undefined;
      await pause(200);
      one.end();
    });
    return `${times} times`;
  }),
  attack('complaints without a number, as fast as it can', async (scene) => {
    const before = scene.logBytes('coordinator');
    let said = 0;
    let one = await join(scene);
    await lanes(1, async () => {
      if (one.raw.isClosed) one = await join(scene);
      for (let n = 0; n < 50; n++) one.say({ kind: 'failure', code: `MADE_UP_${said++}`, text: 'x', about: 0 });
      await pause(5);
    });
    one.end();
    return `${said} of them, log ${((scene.logBytes('coordinator') - before) / 1024).toFixed(1)} KiB`;
  }),
  attack('letters to a platform that is there, as fast as it can', async (scene) => {
    const one = await join(scene);
    const [to] = scene.options.run;
    let sent = 0;
    await lanes(1, async () => {
      one.send({ kind: 'mail', id: randomBytes(16), from: EVIL, to, lifetimeSeconds: 60, sealed: randomBytes(2048) });
      sent += 1;
      if (sent % 4 === 0) await pause(2);
    });
    one.end();
    return `${sent} letters`;
  }),
  attack('letters of 3.5 MiB to a platform that is away; then another writes to it', filledMailbox, 'letters'),
];

/** In a federation without margin, the loss of one platform stops everybody. */
export const WITHOUT_MARGIN: readonly Attack[] = [
  {
    ...attack('declines once, its budget being spent as it says', (scene) =>
      declining(scene, 'PRIVACY_BUDGET_EXHAUSTED', STRIKE_MS, 1),
    ),
    stage: 'no margin',
    ruins: true,
  },
  {
    ...attack('declines five times', (scene) => declining(scene, 'PLATFORM_NOT_READY', 5 * STRIKE_MS, 5)),
    stage: 'no margin',
    ruins: true,
  },
];

async function declining(scene: Scene, code: string, milliseconds: number, most = Infinity): Promise<string> {
  const one = await join(scene);
  let declined = 0;
  one.onBody = (body) => {
    if (body.kind !== 'attempt-start') return;
    const { round, attempt } = body;
    if (declined < most) one.send({ kind: 'attempt-decline', round, attempt, code, text: '' });
    declined += 1;
  };
  one.ready();
  await Promise.race([pause(milliseconds), scene.running.get('coordinator')!.ended]);
  one.end();
  const over = scene.running.get('coordinator')?.events.find(({ kind }) => kind === 'rounds-over');
  return `declined ${Math.min(declined, most)} times${over === undefined ? '' : `; rounds over: ${String(over.ending)}`}`;
}

/** Sends letters until the mailbox is full or 40 seconds are over. */
async function filledMailbox(scene: Scene): Promise<string> {
  const away = scene.options.platforms.find((name) => name !== EVIL && !scene.options.run.includes(name))!;
  const outcomes = new Map<string, string>();
  const watch = (one: HostileMember): void => {
    one.onBody = (body) => {
      if (body.kind === 'mail-receipt') outcomes.set(Buffer.from(body.id).toString('hex'), body.outcome);
      one.acknowledge();
    };
  };
  const write = async (one: HostileMember, bytes: number): Promise<string | undefined> => {
    const id = randomBytes(16);
    const from = one.member.name;
    const mail = { kind: 'mail', id, from, to: away, lifetimeSeconds: 86_400, sealed: randomBytes(bytes) } as const;
    one.sendWhole(mail);
    await until(() => outcomes.has(id.toString('hex')), 10_000);
    return outcomes.get(id.toString('hex'));
  };
  const evil = await join(scene);
  watch(evil);
  let [sent, own] = [0, undefined as string | undefined];
  const end = performance.now() + 40_000;
  while (performance.now() < end && own !== 'full' && !evil.raw.isClosed) {
    own = await write(evil, 3.5 * 2 ** 20);
    sent += 1;
  }
  // This member is honest, and its process does not run in this scene.
  const honest = await join(
    scene,
    scene.options.platforms.find((name) => name !== EVIL && name !== away && !scene.options.run.includes(name)),
  );
  watch(honest);
  const others = await write(honest, 3 * 2 ** 20);
  evil.end();
  honest.end();
  return `${sent} letters, the last ${own ?? 'not answered'}; the other's ${others ?? 'not answered'}; disk ${scene.diskMiB('coordinator.db', 'coordinator.db-wal').toFixed(0)} MiB`;
}
