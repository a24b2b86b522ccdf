/**
 * The one class of errors that a person can act on, and how a room declares its codes.
 * @module
 */

/**
 * Whom an error asks to act. The exit code of a process follows from it (host/exit-codes.ts).
 * - usage: the caller; the command line or an option cannot be used.
 * - input: the owner of the data, manifest or key file.
 * - resource: the owner of the machine; a port, store, disk or library cannot be used.
 * - privacy: nobody can override it; the budget, the ledger or a policy floor refuses.
 * - federation: the other platforms or the coordinator.
 */
export const ERROR_KINDS = ['usage', 'input', 'resource', 'privacy', 'federation'] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface CodeMeaning {
  readonly kind: ErrorKind;
  /** One sentence: what happened. The remedy is in each error's message, which knows the particulars. */
  readonly about: string;
}

/** The codes of one room. */
export type CodeTable<Code extends string = string> = Readonly<Record<Code, CodeMeaning>>;

/** `code` is stable and documented in docs/errors.md; `message` names cause and remedy. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly kind: ErrorKind;

  constructor(code: Code, kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.kind = kind;
  }
}

/** By its fields: a process may hold two copies of this module, and an error of either has its kind. */
export function isCodedError(error: unknown): error is CodedError {
  return codeOf(error) !== undefined && ERROR_KINDS.some((kind) => kind === (error as Partial<CodedError>).kind);
}

/** A room's constructor of errors. It takes the codes of its table and no others. */
export interface CodedErrors<Code extends string> {
  new (code: Code, message: string, options?: ErrorOptions): CodedError<Code>;
  readonly prototype: CodedError<Code>;
  readonly table: CodeTable<Code>;
}

/** @param name of the class, as a stack and `error.name` tell it. */
export function errorsOf<Code extends string>(name: string, table: CodeTable<Code>): CodedErrors<Code> {
  return class extends CodedError<Code> {
    static readonly table = table;
    override readonly name = name;

    constructor(code: Code, message: string, options?: ErrorOptions) {
      super(code, table[code].kind, message, options);
    }
  };
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For a report of a defect. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The code of a coded error, or of an error of the system or a library that has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
