/**
 * The durable record of privacy spent: entries, their hash chain, the rules of charging and taking back, and the report.
 * @module
 */
export * from './accounts.ts';
export * from './ledger.ts';
export * from './ledger-entry.ts';
export * from './ledger-report.ts';
