/**
 * The class of errors that a person can act on, and the function with which a room declares its codes.
 * @module
 */

/**
 * A kind says who has to act on an error. The exit code of a process follows from it (host/exit-codes.ts).
 * - usage: the caller, because the command line or an option cannot be used.
 * - input: the owner of the data, the manifest or a key file.
 * - resource: the owner of the machine, because a port, store, disk or library cannot be used.
 * - privacy: the budget, the ledger or a policy floor refuses, and nobody can override it.
 * - federation: the other platforms or the coordinator.
 */
export const ERROR_KINDS = ['usage', 'input', 'resource', 'privacy', 'federation'] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface CodeMeaning {
  readonly kind: ErrorKind;
  /** The cause in one sentence. The remedy is in the message of each error, which knows the details. */
  readonly about: string;
}

/** The codes of one room. */
export type CodeTable<Code extends string = string> = Readonly<Record<Code, CodeMeaning>>;

/** An error with a code that is stable and documented in docs/errors.md. Its message names the cause and the remedy. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly kind: ErrorKind;

  constructor(code: Code, kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.kind = kind;
  }
}

/** True for an error with a code and a kind. It checks fields, because a process may hold two copies of the class. */
export function isCodedError(error: unknown): error is CodedError {
  return codeOf(error) !== undefined && ERROR_KINDS.some((kind) => kind === (error as Partial<CodedError>).kind);
}

/** The error class of one room. It accepts only the codes of its table. */
export interface CodedErrors<Code extends string> {
  new (code: Code, message: string, options?: ErrorOptions): CodedError<Code>;
  readonly prototype: CodedError<Code>;
  readonly table: CodeTable<Code>;
}

/** Makes the error class of one room. @param name name of the class, as in `error.name` and in stacks. */
export function errorsOf<Code extends string>(name: string, table: CodeTable<Code>): CodedErrors<Code> {
  return class extends CodedError<Code> {
    static readonly table = table;
    override readonly name = name;

    constructor(code: Code, message: string, options?: ErrorOptions) {
      super(code, table[code].kind, message, options);
    }
  };
}

/** The message of a thrown value, which may be something other than an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The stack of a thrown value, for the report of a defect. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The code of a coded error, or of an error of the system or a library that has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
