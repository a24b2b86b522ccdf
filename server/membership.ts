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
  /** True if it takes the shared model and is no member of the masked sum. */
  readonly takes: boolean;
}

const nothingKnown = { state: 'absent', stage: '', fraction: 0, prepared: false } as const;

export class Membership {
  readonly #members: Map<string, Member>;

  constructor(platforms: readonly { readonly name: string; readonly takes?: true | undefined }[]) {
    this.#members = new Map(platforms.map(({ name, takes }) => [name, absent(name, takes === true)]));
  }

  /** All platforms of the manifest, in its order. */
  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** The members of the masked sum, in the manifest's order. */
  get contributors(): readonly Member[] {
    return this.members.filter(({ takes }) => !takes);
  }

  /** Contributors that an attempt can invite now: online and prepared, ascending by name (code units). */
  get ready(): readonly string[] {
    return this.contributors
      .filter(({ state, prepared }) => state === 'online' && prepared)
      .map(({ platform }) => platform)
      .sort((a, b) => (a < b ? -1 : 1));
  }

  presence(platform: string, presence: PlatformPresence): void {
    switch (presence.kind) {
      case 'online':
        // A new link may belong to a new process, which will report again if it is prepared.
        this.#change(platform, presence.resumed ? { state: 'online' } : { ...nothingKnown, state: 'online' });
        return;
      case 'offline':
        this.#change(platform, { state: 'offline' });
        return;
      case 'lost':
        this.#change(platform, nothingKnown);
    }
  }

  /** @returns true if the platform is prepared, and was not before. */
  status(platform: string, { stage, fraction, prepared }: StatusBody): boolean {
    const isNews = prepared && this.#members.get(platform)?.prepared === false;
    this.#change(platform, { stage, fraction, prepared });
    return isNews;
  }

  #change(platform: string, changes: Partial<Omit<Member, 'takes'>>): void {
    const member = this.#members.get(platform);
    if (member !== undefined) this.#members.set(platform, { ...member, ...changes });
  }
}

function absent(platform: string, takes: boolean): Member {
  return { platform, takes, ...nothingKnown };
}
