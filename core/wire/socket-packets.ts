/**
 * A parser for socket.io (its option `parser`) that accepts only the packets of this wire: first CONNECT, then events
 * of one name with one binary attachment, and last DISCONNECT. The library's own parser accepts lists of any length,
 * which it spreads into the arguments of a call, and up to ten attachments, which it holds until the last one has come.
 * This parser compares texts with constants: it parses nothing, and holds at most the header of one event.
 * @module
 */
import { WireError } from './errors.ts';
import { SOCKET_EVENT } from './socket.ts';

/** socket.io's numbers for the kinds of packets that this wire uses. */
export const PACKET = { connect: 0, disconnect: 1, event: 2 } as const;

const CONNECT = `${PACKET.connect}`;
const DISCONNECT = `${PACKET.disconnect}`;
/** A binary event (5) with one attachment, in the form that socket.io itself writes. */
const EVENT_HEADER = `51-${JSON.stringify([SOCKET_EVENT, { _placeholder: true, num: 0 }])}`;
const NAMESPACE = '/';
/** Longest answer of the coordinator to a CONNECT: a longer one cannot be a session's name. */
const CONNECTED = /^0\{"sid":"([\w-]{20})"\}$/;
const MOST_CONNECTED = 64;

/** A packet in the form that socket.io expects. */
export interface SocketPacket {
  readonly type: number;
  readonly nsp: string;
  readonly data?: unknown;
}

type Due = 'connect' | 'packet' | 'attachment' | 'nothing';

/** @returns the data of a CONNECT packet; undefined if `text` is not one. */
type ReadConnect = (text: string) => { readonly data: unknown } | undefined;

/** Reads one connection's packets in order. socket.io calls these methods, and listens only to "decoded". */
class PacketDecoder {
  readonly #readConnect: ReadConnect;
  #due: Due = 'connect';
  #listener: ((packet: SocketPacket) => void) | undefined;

  constructor(readConnect: ReadConnect) {
    this.#readConnect = readConnect;
  }

  on(_event: 'decoded', listener: (packet: SocketPacket) => void): void {
    this.#listener = listener;
  }

  off(): void {
    this.#listener = undefined;
  }

  removeListener(): void {
    this.#listener = undefined;
  }

  /** @throws WireError WIRE_MALFORMED. socket.io then closes the connection. */
  add(message: unknown): void {
    const due = this.#due;
    // After a refused packet, every later one is refused as well.
    this.#due = 'nothing';
    const packet = this.#read(due, message);
    if (packet !== undefined) this.#listener?.(packet);
  }

  /** socket.io calls it both at the start and at the end of a connection. */
  destroy(): void {
    this.#due = 'connect';
  }

  #read(due: Due, message: unknown): SocketPacket | undefined {
    switch (due) {
      case 'connect': {
        const connect = typeof message === 'string' ? this.#readConnect(message) : undefined;
        if (connect === undefined) break;
        this.#due = 'packet';
        return { type: PACKET.connect, nsp: NAMESPACE, ...connect };
      }
      case 'packet':
        if (message === EVENT_HEADER) {
          this.#due = 'attachment';
          return undefined;
        }
        if (message === DISCONNECT) return { type: PACKET.disconnect, nsp: NAMESPACE };
        break;
      case 'attachment':
        if (!(message instanceof Uint8Array)) break;
        this.#due = 'packet';
        return { type: PACKET.event, nsp: NAMESPACE, data: [SOCKET_EVENT, message] };
      case 'nothing':
    }
    throw new WireError('WIRE_MALFORMED', `no packet of this wire where a ${due} was due`);
  }
}

/** Writes the packets that {@link PacketDecoder} reads. */
class PacketEncoder {
  /** @throws TypeError for a packet that this wire does not have: a defect of this end. */
  encode({ type, data }: SocketPacket): readonly (string | Uint8Array)[] {
    switch (type) {
      case PACKET.connect:
        return [data === undefined ? CONNECT : `${CONNECT}${JSON.stringify(data)}`];
      case PACKET.disconnect:
        return [DISCONNECT];
      case PACKET.event: {
        const [name, frame] = data as readonly unknown[];
        if (name === SOCKET_EVENT && frame instanceof Uint8Array) return [EVENT_HEADER, frame];
      }
    }
    throw new TypeError(`this wire has no socket.io packet of type ${type}`);
  }
}

class CoordinatorDecoder extends PacketDecoder {
  constructor() {
    super((text) => (text === CONNECT ? { data: undefined } : undefined));
  }
}

class PlatformDecoder extends PacketDecoder {
  constructor() {
    super((text) => {
      const sid = text.length <= MOST_CONNECTED ? CONNECTED.exec(text)?.[1] : undefined;
      return sid === undefined ? undefined : { data: { sid } };
    });
  }
}

/** Used by the coordinator: a platform's CONNECT carries no data. */
export const coordinatorPackets = { Encoder: PacketEncoder, Decoder: CoordinatorDecoder };

/** Used by a platform: the coordinator's CONNECT carries the session's name. */
export const platformPackets = { Encoder: PacketEncoder, Decoder: PlatformDecoder };
