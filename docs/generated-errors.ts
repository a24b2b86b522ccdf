/** docs/errors.md, made from the tables of codes that the rooms declare. */
import { CommandError } from '../cli/errors.ts';
import { PlatformError } from '../client/errors.ts';
import { CryptoError } from '../core/crypto/errors.ts';
import { DataError } from '../core/data/errors.ts';
import type { CodeTable, ErrorKind } from '../core/errors/coded-error.ts';
import { EncodingError } from '../core/encoding/errors.ts';
import { EvaluationError } from '../core/evaluation/errors.ts';
import { FederationError } from '../core/federation/errors.ts';
import { AccountantError } from '../core/accounting/errors.ts';
import { PackageError } from '../core/packages/errors.ts';
import { PrivacyError } from '../core/privacy/mechanism/errors.ts';
import { SecaggError } from '../core/secagg/errors.ts';
import { TransferError } from '../core/transfer/errors.ts';
import { WireError } from '../core/wire/errors.ts';
import { HostError } from '../host/errors/host-errors.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import { SYSTEM_KINDS } from '../host/errors/system-errors.ts';
import { EXIT, EXIT_TEXTS } from '../host/exit-codes.ts';
import type { Ending } from '../host/exit-codes.ts';
import { CoordinatorError } from '../server/errors.ts';
import { SimulationError } from '../simulations/errors.ts';

/** Every table of codes. A test fails when a room declares one that is missing here. */
export const ERROR_TABLES: Readonly<Record<string, CodeTable>> = Object.fromEntries(
  Object.entries({
    AccountantError,
    CommandError,
    CoordinatorError,
    CryptoError,
    DataError,
    EncodingError,
    EvaluationError,
    FederationError,
    HostError,
    PackageError,
    PlatformError,
    PrivacyError,
    SecaggError,
    SimulationError,
    StoreError,
    TransferError,
    WireError,
  }).map(([name, errors]) => [name, errors.table]),
);

export function errorsPage(): string {
  const endings = (Object.keys(EXIT) as Ending[]).map((ending) => `| ${EXIT[ending]} | ${EXIT_TEXTS[ending]} |`);
  const codes = Object.entries(ERROR_TABLES)
    .flatMap(([name, table]) => Object.entries(table).map(([code, meaning]) => ({ name, code, ...meaning })))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const rows = codes.map(
    ({ name, code, kind, about }) => `| \`${code}\` | ${EXIT[kind]} | ${kind} | ${about} | ${name} |`,
  );
  const system = (kind: ErrorKind): string => {
    const named = Object.keys(SYSTEM_KINDS).filter((code) => SYSTEM_KINDS[code] === kind);
    return `| ${EXIT[kind]} | ${kind} | ${named.map((code) => `\`${code}\``).join(' ')} |`;
  };
  const kinds = [...new Set(Object.values(SYSTEM_KINDS))];
  return `# Errors

Made from the tables in the code by \`npx tsx docs/write-errors.ts\`. Every error has a stable code and a kind; the exit code of a
process follows from the kind. The message of an error names the particulars and the remedy.

## Exit codes

| exit code | meaning |
|---|---|
${endings.join('\n')}

## Codes

| code | exit code | kind | what happened | class |
|---|---|---|---|---|
${rows.join('\n')}

## Errors of the system and of SQLite

Where no room has put them into its own words, these have a kind too. An error with any other code is a defect: exit code ${EXIT.internal}.

| exit code | kind | codes |
|---|---|---|
${kinds.map(system).join('\n')}
`;
}
