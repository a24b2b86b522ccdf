/**
 * The agreement of a federation: manifest, identities, consents, letters, and the plan that follows from them.
 * @module
 */
export * from './attempt.ts';
export * from './consent.ts';
export * from './draft.ts';
export * from './errors.ts';
export * from './identity.ts';
export * from './ledger-rules.ts';
export * from './letter.ts';
export * from './co-signature.ts';
export * from './manifest-words.ts';
export * from './manifest.ts';
export * from './member-signature.ts';
export * from './optimiser.ts';
export * from './packages.ts';
export * from './plan.ts';
export * from './versions.ts';
export * from './wire-identity.ts';
