/**
 * How a failure reaches a person and a script.
 * @module
 */

/** Exit codes, the same for every command; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** A bug of ours: with a stack. */
  internal: 1,
  /** The command line itself. */
  usage: 2,
  /** Data, manifest or key files. */
  input: 3,
  /** A port, a store or a disk. */
  resource: 4,
  /** The privacy budget or a policy floor. */
  privacy: 5,
  /** The federation did not get there: too few platforms, time. */
  federation: 6,
  interrupted: 130,
} as const;

const BY_AREA: readonly (readonly [RegExp, number])[] = [
  [/^(PRIVACY|LEDGER|BUDGET|POLICY|PLAN)_/, EXIT.privacy],
  [/^(STORE|PORT|LISTEN|DISK|STATE|HTTP)_|^(EADDRINUSE|EACCES|EROFS|ENOSPC|EMFILE)$/, EXIT.resource],
  [/^(ROUND|SECAGG|WIRE|LINK|TRANSPORT|SIMULATION)_/, EXIT.federation],
  [/_/, EXIT.input],
  [/^E[A-Z]+$/, EXIT.input],
];

/** One line for a coded error, a stack for a bug. */
export function failure(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof Error && error.name === 'AbortError')
    return { text: 'isthmus: stopped', exitCode: EXIT.interrupted };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const code = error.code;
    const area = BY_AREA.find(([pattern]) => pattern.test(code));
    if (area !== undefined && !code.startsWith('ERR_')) {
      return { text: `isthmus: ${error.message} [${code}]`, exitCode: area[1] };
    }
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `isthmus: internal error, please report it\n${detail}`, exitCode: EXIT.internal };
}
