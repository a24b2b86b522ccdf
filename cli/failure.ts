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

/** The first that fits. */
const BY_CODE: readonly (readonly [RegExp, number])[] = [
  [/^(SIMULATION_OPTION|INIT_PLATFORMS|INIT_COUNTS|RECOMMEND_WHO|CONSENT_WHO|LEDGER_WHICH)$/, EXIT.usage],
  [/^(PRIVACY|LEDGER|BUDGET|POLICY|PLAN)_|^PLATFORM_STATE_OLD$/, EXIT.privacy],
  [/^(STORE|PORT|LISTEN|DISK|STATE|HTTP)_|_UNWRITABLE$/, EXIT.resource],
  [/^(EADDRINUSE|EACCES|EROFS|ENOSPC|EMFILE|EFBIG)$/, EXIT.resource],
  [/^SIMULATION_(WORLD|RESULTS)$/, EXIT.input],
  [/^(ROUND|SECAGG|WIRE|LINK|TRANSPORT|SIMULATION)_|^PLATFORM_NOT_(READY|RUNNING)$/, EXIT.federation],
  [/_/, EXIT.input],
  [/^E[A-Z]+$/, EXIT.input],
];

/** One line for a coded error, a stack for a bug. */
export function failure(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof Error && error.name === 'AbortError')
    return { text: 'isthmus: stopped', exitCode: EXIT.interrupted };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const code = error.code;
    const known = BY_CODE.find(([pattern]) => pattern.test(code));
    if (known !== undefined && !code.startsWith('ERR_')) {
      return { text: `isthmus: ${error.message} [${code}]`, exitCode: known[1] };
    }
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `isthmus: internal error, please report it\n${detail}`, exitCode: EXIT.internal };
}
