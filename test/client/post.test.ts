import assert from 'node:assert/strict';
import { Post } from '../../client/releases/post.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { encodeLetter } from '../../core/federation/letter.ts';
import type { LetterBody } from '../../core/federation/letter.ts';
import { sealLetter } from '../../core/federation/letter-seal.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { MailBody, MailReceiptBody } from '../../core/wire/body.ts';
import { silentLog } from '../../host/log.ts';
import { HandClock } from './hand-clock.ts';
import { smallWorld } from './small-world.ts';

describe('The post', () => {
  const world = smallWorld();
  const clock = new HandClock();
  let out: { from: string; body: MailBody | MailReceiptBody }[];
  let delivered: { to: string; from: string; body: LetterBody }[];
  let failures: unknown[];
  let stores: Record<'books' | 'films', PlatformStore>;
  const post = (name: 'books' | 'films', failure?: Error): Post => {
    const { manifest, identity } = world.options(name);
    return new Post({
      manifest,
      identity,
      store: stores[name],
      clock,
      random: seededRandom(`post ${name} ${out.length}`),
      log: silentLog,
      send: (body) => void out.push({ from: name, body }),
      deliver: (from, { body }) => {
        if (failure !== undefined) throw failure;
        delivered.push({ to: name, from, body });
      },
      onError: (error) => void failures.push(error),
    });
  };
  const mails = (): MailBody[] => out.flatMap(({ body }) => (body.kind === 'mail' ? [body] : []));
  const request: LetterBody = { kind: 'release-request', epoch: 1, modelRound: 0 };
  /** The last letter that books sent. A request comes after the letter with a key for its answer. */
  const asked = (): MailBody => mails().at(-1)!;

  beforeEach(() => {
    out = [];
    delivered = [];
    failures = [];
    stores = { books: createMemoryStore(), films: createMemoryStore() };
  });

  it('keeps a letter until the mailbox has it, whatever is lost', async () => {
    const books = post('books');
    books.write('films', [request]);
    books.resend();
    const [key, first, keyAgain, again] = mails();
    assert.deepEqual([keyAgain.id, again.id], [key.id, first.id], 'the same letters');
    assert.notDeepEqual(again.sealed, first.sealed, 'sealed anew');
    books.onReceipt({ kind: 'mail-receipt', id: key.id, outcome: 'stored' });
    books.onReceipt({ kind: 'mail-receipt', id: first.id, outcome: 'full' });
    clock.tick();
    assert.equal(mails().length, 5);
    let isEmpty = false;
    const empty = books.empty().then(() => (isEmpty = true));
    await Promise.resolve();
    assert.equal(isEmpty, false);
    books.onReceipt({ kind: 'mail-receipt', id: first.id, outcome: 'stored' });
    await empty;
    books.resend();
    assert.equal(mails().length, 5);
  });

  it('drops letters to a platform that left, and sends the others', () => {
    post('books').write('films', [request]);
    const content = encodeLetter(request);
    const toGone = { id: '0f'.repeat(16), to: 'gone', lifetimeSeconds: 60, namesPersons: false, content };
    stores.books.outbox.add([toGone]);
    out = [];
    post('books').resend();
    assert.deepEqual(new Set(mails().map(({ to }) => to)), new Set(['films']));
    assert.ok(mails().length > 0 && stores.books.outbox.waiting().every(({ to }) => to === 'films'));
  });

  it('hands on what its store refuses when a full mailbox is tried again', () => {
    const { outbox } = stores.books;
    const closed = new StoreError('STORE_CLOSED', 'gone');
    let isClosed = false;
    const waiting = (): ReturnType<typeof outbox.waiting> => {
      if (isClosed) throw closed;
      return outbox.waiting();
    };
    const fragile = Object.assign(Object.create(outbox) as typeof outbox, { waiting });
    stores = { ...stores, books: { ...stores.books, outbox: fragile } };
    const books = post('books');
    books.onReceipt({ kind: 'mail-receipt', id: new Uint8Array(16), outcome: 'full' });
    isClosed = true;
    clock.tick();
    assert.deepEqual(failures, [closed]);
  });

  it('delivers a letter once, and tells the mailbox each time', () => {
    post('books').write('films', [request]);
    const mail = asked();
    const films = post('films');
    films.onMail(mail);
    films.onMail(mail);
    post('films').onMail(mail);
    assert.deepEqual(delivered, [{ to: 'films', from: 'books', body: request }]);
    const receipts = out.filter(({ body }) => body.kind === 'mail-receipt' && body.outcome === 'taken');
    assert.equal(receipts.length, 3);
  });

  it('leaves a letter in the mailbox when it could not be taken in', () => {
    post('books').write('films', [request]);
    const mail = asked();
    assert.throws(() => post('films', new Error('the disk is full')).onMail(mail), /disk is full/);
    assert.equal(out.length, 2, 'no receipt');
    post('films').onMail(mail);
    assert.equal(delivered.length, 1);
  });

  it('drops a letter that says what cannot be', () => {
    post('books').write('films', [request]);
    post('films', new FederationError('LETTER_INVALID', 'nonsense')).onMail(asked());
    assert.equal(out.at(-1)?.body.kind, 'mail-receipt');
  });

  it('drops what was tampered with, and takes the true letter all the same', () => {
    post('books').write('films', [request]);
    const mail = asked();
    const sealed = mail.sealed.slice();
    sealed[sealed.length - 1] ^= 1;
    const films = post('films');
    films.onMail({ ...mail, sealed });
    films.onMail({ ...mail, from: 'films' });
    films.onMail({ ...mail, from: 'nobody' });
    films.onMail({ ...mail, id: new Uint8Array(16) });
    films.onMail({ ...mail, to: 'books' });
    assert.deepEqual(delivered, []);
    films.onMail(mail);
    assert.equal(delivered.length, 1);
  });

  describe('with keys that are deleted', () => {
    const batch: LetterBody = {
      kind: 'release-batch',
      ...{ epoch: 1, modelRound: 0, part: 0, parts: 1, mode: 'raw', noiseModel: '{"kind":"exact"}', dimension: 1 },
      prototypes: new Float32Array(0),
      ...{ persons: ['p'], expires: Uint32Array.of(9), vectors: Float32Array.of(1) },
    };
    const withdrawal: LetterBody = { kind: 'release-withdrawal', persons: ['p'] };
    let posts: Readonly<Record<'books' | 'films', Post>>;
    let recorded: MailBody[];
    let seen: number;

    beforeEach(() => {
      posts = { books: post('books'), films: post('films') };
      for (const each of Object.values(posts)) each.start();
      recorded = [];
      seen = 0;
    });
    afterEach(() => {
      for (const each of Object.values(posts)) each.stop();
    });

    /** The mailbox stores and forwards everything that was sent. An attacker records what it forwards. */
    const relay = (): void => {
      for (; seen < out.length; seen++) {
        const { body, from } = out[seen];
        if (body.kind !== 'mail') continue;
        recorded.push(body);
        posts[from as 'books' | 'films'].onReceipt({ kind: 'mail-receipt', id: body.id, outcome: 'stored' });
        posts[body.to as 'books' | 'films'].onMail(body);
      }
    };
    const secrets = (): number => stores.books.letterKeys.own().length;
    const minute = (): void => {
      clock.seconds += 60;
      clock.tick();
      relay();
    };

    it('seals what names persons to a key of the receiver that it deletes once they are taken: then nothing opens it', () => {
      posts.books.write('films', [request]);
      relay();
      posts.films.write('books', [batch]);
      relay();
      assert.deepEqual(
        delivered.map(({ body }) => body.kind),
        ['release-request', 'release-batch'],
      );
      const stolen = recorded.filter(({ from }) => from === 'films');
      assert.equal(secrets(), 1, 'kept while more may be sealed to it');
      minute();
      assert.equal(secrets(), 1, 'another one now');
      delivered = [];
      // A thief who has both states as they are now, and everything that was ever sent.
      const { letterKeys } = stores.books;
      const thief = { letterKeys, outbox: createMemoryStore().outbox };
      const { manifest, identity } = world.options('books');
      const reading = new Post({
        ...{ manifest, identity, store: thief, clock, random: seededRandom('thief'), log: silentLog },
        send: () => undefined,
        deliver: (from, { body }) => {
          delivered.push({ to: 'thief', from, body });
        },
        onError: (error) => assert.fail(String(error)),
      });
      for (const mail of stolen) reading.onMail(mail);
      assert.equal(delivered.length, 0);
      // The next letter is sealed to its key.
      posts.films.write('books', [withdrawal]);
      relay();
      assert.deepEqual(delivered.at(-1)?.body, withdrawal);
    });

    it('keeps a key until every letter sealed to it is taken, in whatever order they come', () => {
      posts.books.write('films', [request]);
      relay();
      posts.films.write('books', [batch, withdrawal]);
      const late = mails().findLast(({ from }) => from === 'films')!;
      out = out.filter(({ body }) => body !== late);
      posts.films.onReceipt({ kind: 'mail-receipt', id: late.id, outcome: 'stored' });
      relay();
      minute();
      minute();
      assert.equal(secrets(), 2);
      posts.books.onMail(late);
      assert.deepEqual(delivered.at(-1)?.body, withdrawal);
      assert.equal(secrets(), 1);
    });

    it('holds a letter back until there is a key that may be used, and seals no second time what is taken', async () => {
      posts.films.write('books', [batch]);
      assert.deepEqual(mails(), []);
      await posts.films.empty();
      posts.books.write('films', [request]);
      relay();
      assert.deepEqual(
        delivered.map(({ body }) => body.kind),
        ['release-request', 'release-batch'],
      );
      // Absent for longer than its key lasts.
      posts.books.stop();
      clock.seconds += 8 * 24 * 3600;
      posts.films.write('books', [withdrawal]);
      relay();
      assert.equal(delivered.length, 2);
      posts = { ...posts, books: post('books') };
      posts.books.start();
      minute();
      assert.deepEqual(delivered.at(-1)?.body, withdrawal);
    });

    it('renews a key that nothing was sealed to every day, and deletes what can wait nowhere any more', () => {
      posts.books.write('films', [request]);
      relay();
      posts.films.stop();
      const day = 24 * 3600;
      const keys = (): number => mails().filter(({ from }) => from === 'books').length - 1;
      for (let hours = 1; hours <= 14 * 24; hours += 1) {
        clock.seconds += 3600;
        clock.tick();
      }
      assert.equal(keys(), 15, 'one a day');
      // Without an answer, the key is offered for seven days, and its letters may wait seven more.
      assert.ok(secrets() <= 15, String(secrets()));
      clock.seconds += 20 * day;
      clock.tick();
      assert.equal(secrets(), 1, 'a new one alone');
    });

    it('offers another key to who seals to one that is not here', () => {
      posts.books.write('films', [request]);
      relay();
      const [{ publicKey }] = stores.books.letterKeys.own('films');
      stores.books.letterKeys.forget([publicKey]);
      posts.books.write('films', [request]);
      const offered = mails().filter(({ from }) => from === 'books').length;
      // Sealed to the first key anyway.
      out = out.slice(0, seen);
      posts.films.write('books', [batch]);
      relay();
      assert.equal(delivered.length, 1);
      minute();
      assert.equal(mails().filter(({ from }) => from === 'books').length, offered - 1);
      posts.films.write('books', [withdrawal]);
      relay();
      assert.deepEqual(delivered.at(-1)?.body, withdrawal);
    });

    it('takes no older key for a newer one, and no letter that names persons under a key that lasts', () => {
      posts.books.write('films', [request]);
      relay();
      const [first] = recorded;
      posts.films.write('books', [batch]);
      relay();
      minute();
      const newest = stores.films.letterKeys.peer('books');
      stores.films.outbox.isTaken = () => false;
      posts.films.onMail(first);
      assert.deepEqual(stores.films.letterKeys.peer('books'), newest);
      const { manifest, identity } = world.options('films');
      const envelope = { federation: manifest.federation, from: 'films', to: 'books', id: new Uint8Array(16) };
      const sealed = sealLetter(
        envelope,
        { order: 9, content: encodeLetter(batch) },
        { signing: identity.identity.secretKey, receiver: world.options('books').identity.seal.publicKey },
        seededRandom('lasting'),
      );
      delivered = [];
      posts.books.onMail({ kind: 'mail', id: envelope.id, from: 'films', to: 'books', lifetimeSeconds: 9, sealed });
      assert.deepEqual(delivered, []);
    });
  });
});
