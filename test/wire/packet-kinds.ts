/**
 * Wrong packets that may arrive instead of this wire's: websocket messages, as text or bytes, and bytes that are no websocket's.
 * Each must close its connection before any part of it is used.
 */
import { BINARY, EVENT_TEXT, frameOf, TEXT } from './raw-websocket.ts';

export type Message = string | Uint8Array;

export interface Kind {
  readonly name: string;
  /** The last message must be refused. The ones before it belong to this wire. */
  readonly messages: readonly Message[];
}

export const HANDSHAKE_TEXT =
  '0{"sid":"aaaaaaaaaaaaaaaaaaaa","upgrades":[],"pingInterval":20000,"pingTimeout":120000,"maxPayload":2097152}';
export const CONNECTED_TEXT = '40{"sid":"bbbbbbbbbbbbbbbbbbbb"}';
const BYTES = new Uint8Array(200);
const kind = (name: string, ...messages: readonly Message[]): Kind => ({ name, messages });

/** On an open connection, for either end. */
export const EVENT_KINDS: readonly Kind[] = [
  kind('an event of text', '42["envelope",1]'),
  kind('an event with more arguments than a call takes', `42["envelope"${',1'.repeat(125_000)}]`),
  kind('an event without arguments', '42["envelope"]'),
  kind('an event of a reserved name', '42["connect_error",1]'),
  kind('an event whose name is a number', '42[1]'),
  kind('an event that asks for an answer', '421["envelope",1]'),
  kind('an event in deep brackets', `42["envelope",${'['.repeat(5000)}${']'.repeat(5000)}]`),
  kind('an event of an object', '42{"__proto__":{"a":1}}'),
  kind('an event with attachments that never come', '4510-["envelope"]'),
  kind('an event with two attachments', '452-["envelope",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'),
  kind('an event with 99999999 attachments', '4599999999-["envelope"]'),
  kind('an attachment without a place', '451-["envelope"]'),
  kind('an attachment in another place', '451-["envelope",{"_placeholder":true,"num":1}]'),
  kind('an attachment in two places', '451-["envelope",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]'),
  kind('an event of another name', '451-["message",{"_placeholder":true,"num":0}]'),
  kind('an event of another namespace', '451-/x,["envelope",{"_placeholder":true,"num":0}]'),
  kind('an event with an attachment that asks for an answer', '451-7["envelope",{"_placeholder":true,"num":0}]'),
  kind('an event with a blank too many', `${EVENT_TEXT} `),
  kind('an answer to an event', '431[]'),
  kind('an answer with an attachment', '461-1[{"_placeholder":true,"num":0}]'),
  kind('a refusal of a connection', '44{"message":"x"}'),
  kind('a refusal without a text', '44null'),
  kind('a connection in another namespace', '40/x,'),
  kind('a disconnect with data', '41{}'),
  kind('a disconnect in another namespace', '41/x,'),
  kind('a packet of no type', '4'),
  kind('a packet of an unknown type', '49'),
  kind('a header and text', EVENT_TEXT, EVENT_TEXT),
  kind('bytes without a header', BYTES),
  kind('one attachment too many', EVENT_TEXT, BYTES, BYTES),
  kind('an event after the disconnect', '41', EVENT_TEXT),
  kind('a message of a megabyte of text', `4${'x'.repeat(1_000_000)}`),
  kind('engine.io: a handshake', HANDSHAKE_TEXT),
  kind('engine.io: a close', '1'),
  kind('engine.io: a probe', '2probe'),
  kind('engine.io: an answer to a probe', '3probe'),
  kind('engine.io: an upgrade', '5'),
  kind('engine.io: nothing to do', '6'),
  kind('engine.io: an unknown type', '9'),
  kind('engine.io: bytes as base64', 'bAAAA'),
  kind('engine.io: an empty text', ''),
  kind('plain words', 'hello'),
];

/** Only from a platform. */
export const PLATFORM_KINDS: readonly Kind[] = [
  kind('a second CONNECT', '40'),
  kind('a CONNECT with data', '40{"token":"x"}'),
  kind('engine.io: a ping, which is the coordinator’s to send', '2'),
];

/** From a platform, instead of its CONNECT. */
export const CONNECT_KINDS: readonly Kind[] = [
  kind('an event before the CONNECT', EVENT_TEXT),
  kind('attachments before the CONNECT', '4510-["envelope"]'),
  kind('bytes before the CONNECT', BYTES),
  kind('a CONNECT with data', '40{"token":"x"}'),
  kind('a CONNECT with data of 4 KiB', `40{"token":"${'x'.repeat(4096)}"}`),
  kind('a CONNECT in another namespace', '40/x,'),
  kind('a disconnect before the CONNECT', '41'),
];

/** From an impostor of the coordinator, before anything else. */
export const ANSWER_KINDS: readonly Kind[] = [
  kind('words in the place of the handshake', '0garbage'),
  kind('a handshake of nothing', '0null'),
  kind('a handshake of an empty object', '0{}'),
  kind('a handshake that lacks its upgrades', HANDSHAKE_TEXT.replace('"upgrades":[],', '')),
  kind('a handshake that would open more', HANDSHAKE_TEXT.replace('[]', '["websocket"]')),
  kind('a handshake with a number that is none', HANDSHAKE_TEXT.replace('20000', '0200')),
  kind('a handshake with time without end', HANDSHAKE_TEXT.replace('20000', '1e999')),
  kind('a handshake of 6 MB', `0${'['.repeat(3_000_000)}`),
  kind('a handshake twice', HANDSHAKE_TEXT, HANDSHAKE_TEXT),
  kind('a ping before the handshake', '2'),
  kind('an event before the handshake', EVENT_TEXT),
  kind('bytes before the handshake', BYTES),
  kind('an event before the CONNECT is answered', HANDSHAKE_TEXT, EVENT_TEXT),
  kind('a list before the CONNECT is answered', HANDSHAKE_TEXT, `42["envelope"${',1'.repeat(125_000)}]`),
  kind('bytes before the CONNECT is answered', HANDSHAKE_TEXT, BYTES),
  kind('a CONNECT without a name', HANDSHAKE_TEXT, '40'),
  kind('a CONNECT with an empty name', HANDSHAKE_TEXT, '40{"sid":""}'),
  kind('a CONNECT with a name of a megabyte', HANDSHAKE_TEXT, `40{"sid":"${'a'.repeat(1_000_000)}"}`),
  kind('a CONNECT with more than a name', HANDSHAKE_TEXT, '40{"sid":"bbbbbbbbbbbbbbbbbbbb","pid":"x"}'),
  kind('a refusal of the CONNECT', HANDSHAKE_TEXT, '44{"message":"x"}'),
  kind('a refusal of the CONNECT without a text', HANDSHAKE_TEXT, '44null'),
  kind('a CONNECT twice', HANDSHAKE_TEXT, CONNECTED_TEXT, CONNECTED_TEXT),
  kind('a pong, which is the platform’s to send', HANDSHAKE_TEXT, CONNECTED_TEXT, '3'),
];

/**
 * Websocket bytes that are no message, from a platform (masked) or a coordinator. The library refuses them, and must
 * not throw.
 */
export function frameKinds(isMasked: boolean): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const frame = (opcode: number, payload: Uint8Array | string, isLast = true): Buffer =>
    frameOf(opcode, payload, isLast, isMasked);
  return [
    { name: 'an unknown opcode', bytes: frame(3, 'x') },
    { name: 'a reserved bit', bytes: changed(frame(TEXT, 'x'), 0x20) },
    { name: 'a compressed message', bytes: changed(frame(BINARY, BYTES), 0x40) },
    { name: 'text that is no UTF-8', bytes: frame(TEXT, Uint8Array.of(0x34, 0xff, 0xfe)) },
    { name: 'a continuation of nothing', bytes: frame(0, 'x') },
    { name: 'a message within a message', bytes: Buffer.concat([frame(TEXT, '4', false), frame(TEXT, '4')]) },
    { name: 'a ping of 126 bytes', bytes: frame(9, new Uint8Array(126)) },
    { name: 'a ping in fragments', bytes: frame(9, 'x', false) },
    { name: 'a close with a code there is not', bytes: frame(8, Uint8Array.of(0, 1)) },
    { name: 'a close of one byte', bytes: frame(8, 'x') },
    { name: 'a close', bytes: frame(8, '') },
    {
      name: 'a message of 2^63 bytes',
      bytes: Uint8Array.of(0x82, isMasked ? 0xff : 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
    },
    {
      name: 'a message in a hundred fragments',
      bytes: Buffer.concat([frame(TEXT, 'x', false), ...Array.from({ length: 100 }, () => frame(0, 'x', false))]),
    },
    { name: isMasked ? 'a frame without a mask' : 'a frame with a mask', bytes: frameOf(TEXT, '3', true, !isMasked) },
  ];
}

function changed(frame: Buffer, bits: number): Buffer {
  frame[0] |= bits;
  return frame;
}

/** Possible answers to a platform's request for a websocket. */
export const HTTP_ANSWERS: readonly { readonly name: string; readonly bytes: string }[] = [
  { name: 'nothing, and an end', bytes: '' },
  { name: 'bytes that are no HTTP', bytes: '\u0000\u0001\u0002' },
  { name: 'a page', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' },
  { name: 'a redirect', bytes: 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n' },
  { name: 'a wrong acceptance', bytes: 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n' },
  { name: 'an upgrade to something else', bytes: 'HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n' },
  { name: 'a megabyte of headers', bytes: `HTTP/1.1 101 x\r\n${'X-Y: zzzzzzzzzz\r\n'.repeat(65_000)}` },
  {
    name: 'an acceptance with nine KiB of headers',
    bytes: `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Y: ${'z'.repeat(9000)}\r\n\r\n`,
  },
  { name: 'half an answer', bytes: 'HTTP/1.1 10' },
];
