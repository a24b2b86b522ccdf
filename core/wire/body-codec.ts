/**
 * Encodes and decodes bodies. A body is encoded as an Envelope that holds nothing else. Protobuf lets a frame be
 * concatenated from a header and such bytes, so a message to many platforms is encoded once and framed for each.
 * @module
 */
import { isthmus } from '../../proto/gen/isthmus.js';
import { KEY_BYTES, SIGNATURE_BYTES } from '../secagg/messages.ts';
import { OUTCOMES } from '../secagg/outcome.ts';
import { MAIL_OUTCOMES } from './body.ts';
import type { Body } from './body.ts';
import { WireError } from './errors.ts';
import {
  bytesExactly,
  bytesUnder,
  bytesUpTo,
  floatsOf,
  integerWithin,
  numberWithin,
  oneOf,
  printable,
  textWithin,
  plain,
} from './fields.ts';
import { decodeLinkBody, encodeLinkBody, isLinkBody } from './link-body-codec.ts';
import type { LinkBody } from './link-body.ts';
import { decodeKeyEntry, decodeSecagg, encodeSecagg, MOST_PLATFORMS } from './secagg-codec.ts';

const MOST_ROUNDS = 1_000_000;
const MOST_ATTEMPTS = 1_000_000;
const MOST_CONFIG_BYTES = 4 * 1024 * 1024;
const MOST_LEDGER_ENTRIES = 100_000;
/** Large, because a refund's entry holds the keys and the signed statement of every platform. */
const MOST_LEDGER_ENTRY_BYTES = 16 * 1024 + MOST_PLATFORMS * 1024;
const MOST_TEXT = 500;
const MOST_LIFETIME_SECONDS = 366 * 24 * 3600;

export function encodeBody(body: Body | LinkBody): Uint8Array {
  return isthmus.Envelope.encode(isLinkBody(body) ? encodeLinkBody(body) : propertiesOf(body)).finish();
}

function propertiesOf(body: Body): isthmus.Envelope.$Properties {
  switch (body.kind) {
    case 'status':
      return { status: body };
    case 'attempt-start':
      return { attemptStart: { ...body, model: bytesUnder(body.model) } };
    case 'attempt-decline':
      return { attemptDecline: { ...body, text: printable(body.text, MOST_TEXT) } };
    case 'attempt-end':
      return { attemptEnd: { ...body, text: printable(body.text, MOST_TEXT), model: bytesUnder(body.model) } };
    case 'ledger-sync':
      return { ledgerSync: { ...body, entries: [...body.entries] } };
    case 'statement':
      return { statement: body };
    case 'last-keys':
      return { lastKeys: body };
    case 'secagg':
      return { secagg: encodeSecagg(body.message) };
    case 'mail':
      return { mail: body };
    case 'mail-receipt':
      return { mailReceipt: body };
    case 'failure':
      return { failure: { ...body, text: printable(body.text, MOST_TEXT) } };
  }
}

/**
 * Decodes and checks the body in an envelope.
 * @throws WireError WIRE_UNKNOWN_BODY, WIRE_OUT_OF_RANGE.
 */
export function decodeBody(envelope: isthmus.Envelope.$Properties): Body | LinkBody {
  const link = decodeLinkBody(envelope);
  if (link !== undefined) return link;
  if (envelope.secagg) return { kind: 'secagg', message: decodeSecagg(envelope.secagg) };
  if (envelope.status) {
    const { stage, fraction, prepared } = envelope.status;
    return {
      kind: 'status',
      stage: textWithin('status.stage', stage ?? '', 1, 64),
      fraction: numberWithin('status.fraction', fraction ?? 0, 0, 1),
      prepared: prepared ?? false,
    };
  }
  if (envelope.attemptStart) {
    const { round, attempt, config, model } = envelope.attemptStart;
    return {
      kind: 'attempt-start',
      round: integerWithin('attempt_start.round', round ?? 0, 1, MOST_ROUNDS),
      attempt: integerWithin('attempt_start.attempt', attempt ?? 0, 1, MOST_ATTEMPTS),
      config: bytesUpTo('attempt_start.config', plain(config), MOST_CONFIG_BYTES),
      model: floatsOf('attempt_start.model', plain(model)),
    };
  }
  if (envelope.attemptDecline) {
    const { round, attempt, code, text } = envelope.attemptDecline;
    return {
      kind: 'attempt-decline',
      round: integerWithin('attempt_decline.round', round ?? 0, 1, MOST_ROUNDS),
      attempt: integerWithin('attempt_decline.attempt', attempt ?? 0, 1, MOST_ATTEMPTS),
      code: textWithin('attempt_decline.code', code ?? '', 1, 64),
      text: textWithin('attempt_decline.text', text ?? '', 0, MOST_TEXT),
    };
  }
  if (envelope.attemptEnd) {
    const { round, attempt, outcome, text, model, completedRounds } = envelope.attemptEnd;
    return {
      kind: 'attempt-end',
      round: integerWithin('attempt_end.round', round ?? 0, 1, MOST_ROUNDS),
      attempt: integerWithin('attempt_end.attempt', attempt ?? 0, 0, MOST_ATTEMPTS),
      outcome: oneOf('attempt_end.outcome', outcome ?? '', OUTCOMES),
      text: textWithin('attempt_end.text', text ?? '', 0, MOST_TEXT),
      model: floatsOf('attempt_end.model', plain(model)),
      completedRounds: integerWithin('attempt_end.completed_rounds', completedRounds ?? 0, 0, MOST_ROUNDS),
    };
  }
  if (envelope.ledgerSync) {
    const entries = envelope.ledgerSync.entries ?? [];
    integerWithin('the length of ledger_sync.entries', entries.length, 0, MOST_LEDGER_ENTRIES);
    return {
      kind: 'ledger-sync',
      from: integerWithin('ledger_sync.from', envelope.ledgerSync.from ?? 0, 0, 0xffffffff),
      entries: entries.map((entry) => bytesUpTo('ledger_sync.entries', entry, MOST_LEDGER_ENTRY_BYTES)),
    };
  }
  if (envelope.statement) {
    const { round, attempt, parametersHash, sealKey, maskKey, signature } = envelope.statement;
    return {
      kind: 'statement',
      round: integerWithin('statement.round', round ?? 0, 1, MOST_ROUNDS),
      attempt: integerWithin('statement.attempt', attempt ?? 0, 1, MOST_ATTEMPTS),
      parametersHash: bytesExactly('statement.parameters_hash', plain(parametersHash), KEY_BYTES),
      sealKey: bytesExactly('statement.seal_key', plain(sealKey), KEY_BYTES),
      maskKey: bytesExactly('statement.mask_key', plain(maskKey), KEY_BYTES),
      signature: bytesExactly('statement.signature', plain(signature), SIGNATURE_BYTES),
    };
  }
  if (envelope.lastKeys) {
    const { round, attempt, parametersHash, keys } = envelope.lastKeys;
    return {
      kind: 'last-keys',
      round: integerWithin('last_keys.round', round ?? 0, 1, MOST_ROUNDS),
      attempt: integerWithin('last_keys.attempt', attempt ?? 0, 1, MOST_ATTEMPTS),
      parametersHash: bytesExactly('last_keys.parameters_hash', plain(parametersHash), KEY_BYTES),
      keys: decodeKeyEntry('last_keys.keys', keys ?? {}),
    };
  }
  if (envelope.mail) {
    const { id, from, to, lifetimeSeconds, sealed } = envelope.mail;
    return {
      kind: 'mail',
      id: bytesExactly('mail.id', plain(id), 16),
      from: textWithin('mail.from', from ?? '', 1, 32),
      to: textWithin('mail.to', to ?? '', 1, 32),
      lifetimeSeconds: integerWithin('mail.lifetime_seconds', lifetimeSeconds ?? 0, 1, MOST_LIFETIME_SECONDS),
      sealed: plain(sealed),
    };
  }
  if (envelope.mailReceipt) {
    return {
      kind: 'mail-receipt',
      id: bytesExactly('mail_receipt.id', plain(envelope.mailReceipt.id), 16),
      outcome: oneOf('mail_receipt.outcome', envelope.mailReceipt.outcome ?? '', MAIL_OUTCOMES),
    };
  }
  if (envelope.failure) {
    return {
      kind: 'failure',
      code: textWithin('failure.code', envelope.failure.code ?? '', 1, 64),
      text: textWithin('failure.text', envelope.failure.text ?? '', 0, MOST_TEXT),
      about: integerWithin('failure.about', envelope.failure.about ?? 0, 0, 0xffffffff),
    };
  }
  throw new WireError('WIRE_UNKNOWN_BODY');
}
