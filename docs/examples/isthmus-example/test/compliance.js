/** Runs the suites of Isthmus over every piece, and writes isthmus-compliance.json. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  boundMode,
  encoderCompliance,
  packageCompliance,
  platformStoreCompliance,
  readerCompliance,
  readoutCompliance,
  releaseModeCompliance,
  viewCompliance,
} from 'isthmus/compliance';
import { composeEncoder } from 'isthmus/core/transfer';
import pieces from '../pieces.js';

const bytes = (text) => new TextEncoder().encode(text);

packageCompliance(fileURLToPath(new URL('..', import.meta.url)), pieces, (piece) => {
  piece('views', 'signs', () => {
    viewCompliance(pieces.views.signs);
    encoderCompliance(composeEncoder({ views: [{ name: 'isthmus-example:signs' }] }));
  });

  piece('readouts', 'firm-ridge', () => readoutCompliance('isthmus-example:firm-ridge'));

  piece('releaseModes', 'one-sign', () => {
    for (const epsilon0 of [1, 4]) {
      releaseModeCompliance(
        () => boundMode('one-sign', pieces.releaseModes['one-sign'], { epsilon0, dimension: 3 }),
        3,
      );
    }
  });

  piece('readers', 'pairs', () => {
    readerCompliance(pieces.readers.pairs, {
      file: bytes('user=ann;film=alien;stars=4\nuser=bob;film=brazil;stars=2\nuser=ann;film=brazil;stars=5\n'),
      columns: { person: 'user', item: 'film', rating: 'stars', timestamp: null },
      rows: [
        ['ann', 'alien', '4', undefined],
        ['bob', 'brazil', '2', undefined],
        ['ann', 'brazil', '5', undefined],
      ],
      empty: bytes(''),
    });
  });

  piece('platformStores', 'other-disk', () => {
    platformStoreCompliance(() => {
      const folder = mkdtempSync(join(tmpdir(), 'isthmus-example-'));
      const open = () => {
        process.env.ISTHMUS_STORE_FOLDER = folder;
        return pieces.platformStores['other-disk'].open(join(folder, 'state.db'), { federation: 'f', platform: 'p' });
      };
      return { open, reopen: open, teardown: () => rmSync(folder, { recursive: true }) };
    });
  });
});
