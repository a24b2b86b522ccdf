/**
 * Calls between two threads. Each side calls the handlers of the other, and gets the result or the error. An error that
 * began on this side and crosses twice arrives as the same object.
 * @module
 */
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { CodedError, isCodedError } from '../../core/errors/coded-error.ts';

/** A handler's last argument is a signal. It aborts if the caller gives up. */
export type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'tell'; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: PlainError };

interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly kind: CodedError['kind'] | undefined;
  /** Number of the error on the side where it began. */
  readonly began: number;
  readonly beganHere: boolean;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export class Calls {
  readonly #port: Pick<MessagePort | Worker, 'postMessage'>;
  readonly #handlers: Handlers;
  readonly #pending = new Map<number, Pending>();
  readonly #running = new Map<number, AbortController>();
  /** Errors of this side that were sent to the other one. */
  readonly #told: unknown[] = [];
  /** Numbers of the errors that began on the other side. */
  readonly #foreign = new WeakMap<object, number>();
  #calls = 0;
  #endedBy: unknown;

  constructor(port: Pick<MessagePort | Worker, 'postMessage' | 'on'>, handlers: Handlers) {
    this.#port = port;
    this.#handlers = handlers;
    port.on('message', (message: Message) => this.#take(message));
  }

  call<Result>(
    method: string,
    args: readonly unknown[],
    { signal, transfer = [] }: { readonly signal?: AbortSignal; readonly transfer?: Transferable[] } = {},
  ): Promise<Result> {
    if (this.#endedBy !== undefined) return rejected(this.#endedBy);
    const id = ++this.#calls;
    const cancel = (): void => this.#post({ kind: 'cancel', id });
    const result = new Promise<Result>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#post({ kind: 'call', id, method, args }, transfer);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    return result.finally(() => signal?.removeEventListener('abort', cancel));
  }

  /** Calls a handler without waiting for an answer. */
  tell(method: string, ...args: readonly unknown[]): void {
    this.#post({ kind: 'tell', method, args });
  }

  /** The other side is gone: all waiting calls fail with this error. */
  end(error: unknown): void {
    this.#endedBy ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #post(message: Message, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #take(message: Message): void {
    switch (message.kind) {
      case 'call':
        void this.#handle(message.id, message.method, message.args);
        return;
      case 'tell':
        void this.#handlers[message.method](...(message.args as never[]));
        return;
      case 'cancel':
        this.#running.get(message.id)?.abort();
        return;
      case 'result':
        this.#settled(message.id)?.resolve(message.value as never);
        return;
      case 'failure':
        this.#settled(message.id)?.reject(this.#received(message.error));
        return;
    }
  }

  #settled(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  async #handle(id: number, method: string, args: readonly unknown[]): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const value = await this.#handlers[method](...([...args, controller.signal] as never[]));
      this.#post({ kind: 'result', id, value });
    } catch (error) {
      this.#post({ kind: 'failure', id, error: this.#plain(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #plain(error: unknown): PlainError {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const coded = isCodedError(error) ? error : undefined;
    const foreign = typeof error === 'object' && error !== null ? this.#foreign.get(error) : undefined;
    const began = foreign ?? this.#told.push(error) - 1;
    const beganHere = foreign === undefined;
    return { name, message, stack, code: coded?.code, kind: coded?.kind, began, beganHere };
  }

  #received({ name, message, stack, code, kind, began, beganHere }: PlainError): unknown {
    if (!beganHere) return this.#told[began];
    const error = code === undefined || kind === undefined ? new Error(message) : new CodedError(code, kind, message);
    Object.assign(error, { name, stack });
    this.#foreign.set(error, began);
    return error;
  }
}

async function rejected(error: unknown): Promise<never> {
  await Promise.resolve();
  throw error;
}
