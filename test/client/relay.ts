/** The mailbox half of a coordinator: stores letters, hands them over, forgets them on a receipt. */
import { systemClock } from '../../client/clock.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { Body, MailBody } from '../../core/wire/body.ts';
import type { CoordinatorEndpoint } from '../../core/wire/transport.ts';
import type { SmallWorld } from './small-world.ts';

export interface Relay {
  readonly letters: MailBody[];
  readonly bodies: { readonly from: string; readonly body: Body }[];
  readonly endpoint: CoordinatorEndpoint;
  /** A coordinator may do this too: tamper with what it relays. */
  tamper: (mail: MailBody) => MailBody;
}

export async function openRelay(world: SmallWorld): Promise<Relay> {
  const waiting = new Map<string, MailBody>();
  const transport = world.network.coordinatorTransport({
    identity: wireIdentity(world.manifest, world.coordinator),
    clock: systemClock,
    random: seededRandom('coordinator'),
  });
  const keyOf = (id: Uint8Array): string => Buffer.from(id).toString('hex');
  const deliver = (mail: MailBody): void => {
    if (endpoint.online().includes(mail.to)) void endpoint.send(mail.to, relay.tamper(mail)).catch(() => undefined);
  };
  const bodies: Relay['bodies'] = [];
  const letters: MailBody[] = [];
  const endpoint = await transport.listen({
    onBody(from, body) {
      bodies.push({ from, body });
      if (body.kind === 'mail') {
        const isNew = !letters.some((letter) => keyOf(letter.id) === keyOf(body.id));
        if (isNew) {
          letters.push(body);
          waiting.set(keyOf(body.id), body);
        }
        void endpoint.send(from, { kind: 'mail-receipt', id: body.id, outcome: 'stored' });
        if (isNew) deliver(body);
      } else if (body.kind === 'mail-receipt') waiting.delete(keyOf(body.id));
    },
    onPresence(platform, presence) {
      if (presence.kind !== 'online' || presence.resumed) return;
      for (const mail of waiting.values()) if (mail.to === platform) deliver(mail);
    },
    onFailure: () => undefined,
    completedRounds: () => 0,
  });
  const relay: Relay = { letters, bodies, endpoint, tamper: (mail) => mail };
  return relay;
}
