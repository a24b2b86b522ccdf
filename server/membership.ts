/**
 * The platforms of the manifest, the state of their links, and how far they have prepared.
 * @module
 */
import type { StatusBody } from '../core/wire/body.ts';
import type { PlatformPresence } from '../core/wire/transport.ts';

export interface Member {
  readonly platform: string;
  readonly state: 'absent' | 'online' | 'offline';
  /** The stage in the platform's last status. */
  readonly stage: string;
  readonly fraction: number;
  /** True if its encoder is ready and charged. */
  readonly prepared: boolean;
}

export class Membership {
  readonly #members: Map<string, Member>;

  constructor(platforms: readonly string[]) {
    this.#members = new Map(platforms.map((platform) => [platform, absent(platform)]));
  }

  /** In the manifest's order. */
  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** Platforms that an attempt can invite now: online and prepared, ascending by name (code units). */
  get ready(): readonly string[] {
    return this.members
      .filter(({ state, prepared }) => state === 'online' && prepared)
      .map(({ platform }) => platform)
      .sort((a, b) => (a < b ? -1 : 1));
  }

  presence(platform: string, presence: PlatformPresence): void {
    switch (presence.kind) {
      case 'online':
        // A new link may belong to a new process, which will report again if it is prepared.
        this.#change(platform, presence.resumed ? { state: 'online' } : { ...absent(platform), state: 'online' });
        return;
      case 'offline':
        this.#change(platform, { state: 'offline' });
        return;
      case 'lost':
        this.#change(platform, absent(platform));
    }
  }

  /** @returns true if the platform is prepared, and was not before. */
  status(platform: string, { stage, fraction, prepared }: StatusBody): boolean {
    const isNews = prepared && this.#members.get(platform)?.prepared === false;
    this.#change(platform, { stage, fraction, prepared });
    return isNews;
  }

  #change(platform: string, changes: Partial<Member>): void {
    const member = this.#members.get(platform);
    if (member !== undefined) this.#members.set(platform, { ...member, ...changes });
  }
}

function absent(platform: string): Member {
  return { platform, state: 'absent', stage: '', fraction: 0, prepared: false };
}
