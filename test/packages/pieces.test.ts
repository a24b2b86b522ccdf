import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeEngineOf } from '../../client/store/registry.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { platformTransportNamed } from '../../client/transport/registry.ts';
import { readSource, findSource } from '../../client/data/source.ts';
import { formatReading, parseReading } from '../../core/data/reading.ts';
import type { Reader } from '../../core/data/reader.ts';
import { Tally } from '../../core/data/inspection.ts';
import { addPackage, forgetPackages } from '../../core/packages/pieces.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { coordinatorStoreNamed } from '../../server/store/registry.ts';
import { coordinatorTransportNamed } from '../../server/transport/registry.ts';

const id = { name: 'outside', version: '1.2.3', hash: `sha256-${'0'.repeat(64)}` };

describe('Pieces of outside packages', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-pieces-'))));
  afterEach(() => {
    forgetPackages();
    rmSync(folder, { recursive: true });
  });

  it('a state directory keeps the store with which it was made, and opens with no other', () => {
    const engine = { open: createMemoryStore };
    addPackage(id, { platformStores: { ram: engine } });
    const file = join(folder, 'state.db');
    assert.equal(storeEngineOf(folder, file, 'outside:ram'), engine);
    assert.equal(readFileSync(join(folder, 'store-engine'), 'utf8'), 'outside:ram\n');
    assert.equal(storeEngineOf(folder, file), engine);
    assert.throws(() => storeEngineOf(folder, file, 'sqlite'), { code: 'STATE_UNUSABLE', message: /--store-engine/ });
    forgetPackages();
    assert.throws(() => storeEngineOf(folder, file), { code: 'PACKAGE_NOT_ALLOWED' });
  });

  it('a state directory of ours opens with our store, and leaves no file about it', () => {
    const file = join(folder, 'state.db');
    const store = storeEngineOf(folder, file).open(file, { federation: 'f', platform: 'a' });
    store.close();
    assert.ok(!existsSync(join(folder, 'store-engine')));
    addPackage(id, { platformStores: { ram: { open: createMemoryStore } } });
    assert.throws(() => storeEngineOf(folder, file, 'outside:ram'), { code: 'STATE_UNUSABLE' });
  });

  it('stores and transports are found by name, and an unknown name says what there is', () => {
    const transport = { platform: () => ({}), coordinator: () => ({}) };
    const engine = { open: () => memoryStore() };
    addPackage(id, { coordinatorStores: { ram: engine }, transports: { pigeon: transport } });
    assert.equal(coordinatorStoreNamed('outside:ram'), engine);
    assert.equal(platformTransportNamed('outside:pigeon'), transport);
    assert.equal(coordinatorTransportNamed('outside:pigeon'), transport);
    assert.throws(() => platformTransportNamed('pigeon'), {
      code: 'PACKAGE_PIECE_UNKNOWN',
      message: /socket\.io, outside:pigeon/,
    });
    assert.throws(() => coordinatorStoreNamed('postgres'), {
      message: /no coordinator store "postgres"; there are sqlite/,
    });
  });

  it('a reader reads by the reading file, and its errors name the file', async () => {
    const reading = {
      format: 'outside:broken',
      columns: { person: 'a', item: 'b', rating: null, timestamp: null },
      time: null,
      likes: { scale: null, from: null, to: null },
    } as const;
    const catalogue = { file: 'items.tsv', items: 1, sha256: '0'.repeat(64) };
    assert.deepEqual(parseReading(formatReading({ reading, catalogue }), 'f'), { reading, catalogue });
    const wrong = formatReading({ reading, catalogue }).replace('outside:broken', 'xml');
    assert.throws(() => parseReading(wrong, 'f'), { code: 'DATA_READING' });

    const source = await findSource(import.meta.filename);
    const reader: Reader = {
      columns: () => Promise.resolve([]),
      read: () => Promise.reject(new Error('no such rows')),
    };
    addPackage(id, { readers: { broken: reader } });
    await assert.rejects(readSource(source, reading, new Tally()), {
      code: 'DATA_FORMAT_BROKEN',
      message: /pieces\.test\.ts: outside:broken cannot read it: no such rows/,
    });
    forgetPackages();
    await assert.rejects(readSource(source, reading, new Tally()), { code: 'PACKAGE_NOT_ALLOWED' });
  });
});
