/**
 * In SQLite, the platform's last start and the coordinates of its items.
 * @module
 */
import { z } from 'zod';
import type { CoordinateStore, StartStore } from '../platform-store.ts';
import type { SqliteDatabase } from '../../../host/sqlite.ts';

const names = z.array(z.string());

export function sqliteStarts(database: SqliteDatabase): StartStore {
  return {
    get() {
      const row = database.get('SELECT * FROM started');
      if (row === undefined) return undefined;
      return {
        platform: row.text('platform'),
        platforms: names.parse(JSON.parse(row.text('platforms'))),
        data: row.text('data'),
        readingPath: row.text('reading_path'),
        reading: row.text('reading'),
      };
    },
    put({ platform, platforms, data, readingPath, reading }) {
      const row = { platform, platforms: JSON.stringify(platforms), data, readingPath, reading };
      database.run(
        'INSERT OR REPLACE INTO started VALUES (1, :platform, :platforms, :data, :readingPath, :reading)',
        row,
      );
    },
  };
}

export function sqliteCoordinates(database: SqliteDatabase): CoordinateStore {
  return {
    all: () => database.all('SELECT item FROM coordinates ORDER BY place').map((row) => row.text('item')),
    append(items) {
      database.transaction(() => {
        for (const item of items) database.run('INSERT INTO coordinates (item) VALUES (:item)', { item });
      });
    },
  };
}
