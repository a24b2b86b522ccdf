/**
 * The platform's link to the coordinator: sends messages, hands incoming ones to the room that they are for, and knows
 * how far the first contact of a link has come.
 * @module
 */
import type { Body } from '../core/wire/body.ts';
import type { PlatformLink, PlatformLinkState, PlatformTransport } from '../core/wire/transport.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import type { Context } from './context.ts';
import { placeOf } from './defect.ts';
import { PlatformError } from './errors.ts';
import type { Post } from './releases/post.ts';
import type { Participation } from './rounds/participation.ts';

/** The rooms that incoming messages are for. */
export interface Receivers {
  readonly participation: Participation;
  readonly post: Post;
  /**
   * The coordinator's ledger arrived over a new link. The platform's last keys came before it, and would have revealed
   * an old state.
   */
  readonly onWelcome: () => void;
}

export class CoordinatorLink {
  /**
   * Resolves once the coordinator has sent what it must send first, or is out of reach. Before that nothing may be
   * computed: the state might prove to be an old copy, and long work would let the handshake time out.
   */
  readonly contact: Promise<void>;
  readonly #context: Context<'log' | 'emit' | 'onError' | 'signal'>;
  #link: PlatformLink | undefined;
  #isWelcome = false;
  #resolveContact: () => void = () => undefined;

  constructor(context: Context<'log' | 'emit' | 'onError' | 'signal'>) {
    this.#context = context;
    this.contact = new Promise((resolve) => (this.#resolveContact = resolve));
  }

  /** True once the coordinator has sent its ledger over this link. */
  get isWelcome(): boolean {
    return this.#isWelcome;
  }

  connect(transport: PlatformTransport, receivers: Receivers): void {
    const { log, onError } = this.#context;
    this.#link = transport.connect({
      onBody: (body, session) => this.#onBody(body, session, receivers),
      onState: (state) => this.#onState(state, receivers),
      onFailure: ({ code, text, seen }) => {
        if (seen === 'there') log.warn(`the coordinator refused a message: ${text}`, { code });
        else log.warn('refused a message of the coordinator', { code });
      },
      onDefect: (error) => {
        if (error instanceof StoreError) onError(error);
        else log.error('a defect of this platform, please report it', { at: placeOf(error) });
      },
    });
  }

  async send(body: Body, session?: Uint8Array): Promise<void> {
    if (this.#link === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'the platform is not started');
    await this.#link.send(body, session);
  }

  async close(): Promise<void> {
    await this.#link?.close();
    // Tasks that wait for contact continue, and find that the platform has stopped.
    this.#resolveContact();
  }

  #onState(state: PlatformLinkState, { participation }: Receivers): void {
    const { log, emit, onError, signal } = this.#context;
    switch (state.kind) {
      case 'connecting':
        return;
      case 'online':
        log.info('connected', { resumed: state.resumed, completedRounds: state.completedRounds });
        emit({ kind: 'link', state: 'online', reason: '' });
        if (state.resumed) return;
        participation.onNewLink();
        this.#isWelcome = false;
        return;
      case 'offline':
        this.#resolveContact();
        if (!signal.aborted) log.warn(`the coordinator is out of reach: ${state.reason}; trying again`);
        emit({ kind: 'link', state: 'offline', reason: state.reason });
        return;
      case 'closed':
        if (state.error !== undefined) {
          const { code, message } = state.error;
          const text = `the coordinator ended the link permanently: ${message} [${code}]`;
          onError(new PlatformError('LINK_ENDED', text, { cause: state.error }));
        }
        return;
    }
  }

  #onBody(body: Body, session: Uint8Array, receivers: Receivers): void {
    try {
      this.#take(body, session, receivers);
    } catch (error) {
      // An error of the coordinator's is reported to it, and the platform continues. An error of its own store, or an
      // old state, is fatal: continuing would lose charges.
      const isOld = error instanceof PlatformError && error.code === 'PLATFORM_STATE_OLD';
      if (isOld || error instanceof StoreError) this.#context.onError(error);
      throw error;
    }
  }

  #take(body: Body, session: Uint8Array, { participation, post, onWelcome }: Receivers): void {
    switch (body.kind) {
      case 'attempt-start':
        participation.onAttemptStart(body);
        return;
      case 'attempt-end':
        participation.onAttemptEnd(body);
        return;
      case 'last-keys':
        participation.onLastKeys(body);
        return;
      case 'ledger-sync':
        participation.onLedgerSync(body);
        if (this.#isWelcome) return;
        this.#isWelcome = true;
        this.#resolveContact();
        onWelcome();
        return;
      case 'secagg':
        participation.onSecagg(body, session);
        return;
      case 'mail':
        post.onMail(body);
        return;
      case 'mail-receipt':
        post.onReceipt(body);
        return;
      case 'failure':
        this.#context.log.warn(`the coordinator reports: ${body.text}`, { code: body.code });
        return;
      case 'status':
      case 'attempt-decline':
      case 'statement':
        // Only platforms send these.
        return;
    }
  }
}
