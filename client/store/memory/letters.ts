/**
 * In memory: waiting letters, ids of letters taken, and the keys that letters are sealed to.
 * @module
 */
import { equalBytes } from '../../../core/encoding/canonical-bytes.ts';
import type { LetterKeyStore, Outbox, OwnLetterKey, PeerLetterKey, WaitingLetter } from '../platform-store.ts';

export function memoryOutbox(): Outbox {
  const letters = new Map<string, WaitingLetter>();
  const taken = new Set<string>();
  let order = 0;
  return {
    add(added) {
      const waiting = added.map((letter) => ({ ...letter, order: (order += 1) }));
      for (const letter of waiting) letters.set(letter.id, letter);
      return waiting;
    },
    waiting: () => [...letters.values()],
    sent: (id) => void letters.delete(id),
    take: (sender, id) => void taken.add(`${sender} ${id}`),
    isTaken: (sender, id) => taken.has(`${sender} ${id}`),
  };
}

export function memoryLetterKeys(): LetterKeyStore {
  let own: OwnLetterKey[] = [];
  const serials = new Map<string, number>();
  const peers = new Map<string, PeerLetterKey & { readonly letters: Set<string> }>();
  const change = (peer: string, publicKey: Uint8Array, changes: Partial<OwnLetterKey>): void => {
    own = own.map((key) => (key.peer === peer && equalBytes(key.publicKey, publicKey) ? { ...key, ...changes } : key));
  };
  return {
    own: (peer) => own.filter((key) => peer === undefined || key.peer === peer).sort((a, b) => a.serial - b.serial),
    add(key) {
      own.push({ ...key, isUsed: false, awaited: null });
      serials.set(key.peer, key.serial);
    },
    lastSerial: (peer) => serials.get(peer) ?? 0,
    use: (peer, publicKey) => change(peer, publicKey, { isUsed: true }),
    awaits: (peer, publicKey, letters) => change(peer, publicKey, { awaited: [...letters] }),
    forget(publicKeys) {
      own = own.filter(({ publicKey }) => !publicKeys.some((key) => equalBytes(key, publicKey)));
    },
    peer(name) {
      const key = peers.get(name);
      return key && { publicKey: key.publicKey, until: key.until, serial: key.serial };
    },
    setPeer: (name, key) => void peers.set(name, { ...key, letters: new Set() }),
    sealed: (peer, letter) => void peers.get(peer)?.letters.add(letter),
    sealedTo: (peer) => [...(peers.get(peer)?.letters ?? [])],
  };
}
