/**
 * Random messages of socket.io and engine.io: what this wire has, what the libraries have beside it (drawn from their grammars), and
 * changes of either. Cheap: millions are drawn.
 */
import type { Prng } from '../../core/random/prng.ts';
import { ANSWER_KINDS, CONNECT_KINDS, CONNECTED_TEXT, EVENT_KINDS, HANDSHAKE_TEXT } from './packet-kinds.ts';
import type { Message } from './packet-kinds.ts';
import { EVENT_TEXT } from './raw-websocket.ts';

type Draw = (random: Prng) => Message;

const pick = <Item>(random: Prng, items: readonly Item[]): Item => items[random.integer(items.length)];
const many = (random: Prng, most: number, one: (random: Prng) => string): string =>
  Array.from({ length: random.integer(most + 1) }, () => one(random)).join('');

const CHARACTERS = Array.from('0123456789"[]{}:,/-_\\ abcxyzABCXYZ\0\n\u007f\u0080\u2028\ud800é漢😀');
const character = (random: Prng): string => pick(random, CHARACTERS);
const number = (random: Prng): string =>
  pick(random, [
    '0',
    '1',
    '2',
    '10',
    '-1',
    '00',
    '1e3',
    '1.5',
    '4294967296',
    '9007199254740993',
    '1e999',
    'NaN',
    `${random.uint32()}`,
  ]);
const word = (random: Prng): string =>
  pick(random, [
    'envelope',
    'message',
    'connect',
    'disconnect',
    'connect_error',
    'error',
    '__proto__',
    'constructor',
    'sid',
    '',
  ]);
const value = (random: Prng, depth = 0): string => {
  const kind = random.integer(depth > 3 ? 5 : 8);
  if (kind < 2) return number(random);
  if (kind === 2) return `"${word(random)}"`;
  if (kind === 3) return pick(random, ['true', 'false', 'null', '']);
  if (kind === 4) return `"${many(random, 8, character)}"`;
  if (kind === 5) return `[${Array.from({ length: random.integer(4) }, () => value(random, depth + 1)).join(',')}]`;
  if (kind === 6) return `{"${word(random)}":${value(random, depth + 1)}}`;
  return `{"_placeholder":true,"num":${number(random)}}`;
};
const namespace = (random: Prng): string => pick(random, ['', '', '/', '/,', '/x,', '/envelope?a=b,', 'x,']);
const sid = (random: Prng): string => {
  const letters = Array.from(random.integer(4) === 0 ? 'aZ0_-+/' : 'aZ0_-');
  return Array.from({ length: pick(random, [0, 1, 19, 20, 20, 21, 40]) }, () => pick(random, letters)).join('');
};

/** Each draws another kind of message. */
export const GRAMMAR: Readonly<Record<string, Draw>> = {
  connect: () => '40',
  disconnect: () => '41',
  ping: () => '2',
  pong: () => '3',
  'event header': () => EVENT_TEXT,
  bytes: (random) => new Uint8Array(random.integer(64)),
  handshake: () => HANDSHAKE_TEXT,
  'answered connect': () => CONNECTED_TEXT,
  'handshake with other numbers': (random) =>
    `0{"sid":"${sid(random)}","upgrades":${pick(random, ['[]', '["websocket"]', 'null'])},"pingInterval":${number(random)},"pingTimeout":${number(random)},"maxPayload":${number(random)}}`,
  'handshake of anything': (random) => `0${value(random)}`,
  'connect with data': (random) => `40${namespace(random)}${value(random)}`,
  'connect with a name': (random) => `40{"sid":"${sid(random)}"}`,
  'disconnect with data': (random) => `41${namespace(random)}${value(random)}`,
  'event of text': (random) => `42${namespace(random)}${many(random, 2, number)}["${word(random)}",${value(random)}]`,
  'event of a list': (random) => `42[${Array.from({ length: random.integer(12) }, () => value(random)).join(',')}]`,
  'event in brackets': (random) => `42${'['.repeat(random.integer(80))}${']'.repeat(random.integer(80))}`,
  answer: (random) => `43${number(random)}${value(random)}`,
  refusal: (random) => `44${namespace(random)}${value(random)}`,
  'event with attachments': (random) => `45${number(random)}-${namespace(random)}["${word(random)}",${value(random)}]`,
  'event with one attachment': (random) => `451-["envelope",${value(random)}]`,
  'event with one attachment, named': (random) => `451-["${word(random)}",{"_placeholder":true,"num":0}]`,
  'event with one attachment and an answer': (random) =>
    `451-${number(random)}["envelope",{"_placeholder":true,"num":0}]`,
  'answer with attachments': (random) => `46${number(random)}-${number(random)}${value(random)}`,
  'unknown packet': (random) => `4${pick(random, Array.from('789abc-'))}${value(random)}`,
  'engine packet': (random) => `${random.integer(10)}${many(random, 3, character)}`,
  'engine probe': (random) => pick(random, ['2probe', '3probe', '5', '6', '1', '']),
  base64: (random) => `b${many(random, 6, character)}`,
  characters: (random) => many(random, 40, character),
  'text near the limits': (random) =>
    `${pick(random, ['4', '40', '0', '2'])}${'x'.repeat(pick(random, [58, 60, 62, 157, 158, 159, 160, 161, 400]))}`,
  'list longer than any': (random) => `42["envelope"${',1'.repeat(random.integer(300))}]`,
};
const DRAWS = Object.values(GRAMMAR);
const LISTED: readonly Message[] = [...EVENT_KINDS, ...CONNECT_KINDS, ...ANSWER_KINDS]
  .flatMap(({ messages }) => messages)
  .filter(({ length }) => length < 1000);

/** Removes, inserts, changes or repeats a piece of a text. It turns bytes into text, and text into bytes. */
export function mutated(random: Prng, message: Message): Message {
  if (typeof message !== 'string')
    return random.integer(2) === 0 ? Buffer.from(message).toString('latin1') : message.subarray(1);
  const at = random.integer(message.length + 1);
  const [before, after] = [message.slice(0, at), message.slice(at)];
  switch (random.integer(7)) {
    case 0:
      return before + after.slice(1);
    case 1:
      return before + character(random) + after;
    case 2:
      return before + character(random) + after.slice(1);
    case 3:
      return before;
    case 4:
      return message + message.slice(at);
    case 5:
      return Buffer.from(message);
    default:
      return after;
  }
}

/** Any message: from the grammar, or from the list made by hand, or one of either changed once or twice. */
export function anyMessage(random: Prng): Message {
  const drawn = random.integer(8) === 0 ? pick(random, LISTED) : pick(random, DRAWS)(random);
  const changes = random.integer(4);
  if (changes < 2) return drawn;
  return changes === 2 ? mutated(random, drawn) : mutated(random, mutated(random, drawn));
}
