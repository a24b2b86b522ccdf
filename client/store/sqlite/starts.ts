/**
 * How the platform last started.
 * @module
 */
import { z } from 'zod';
import type { StartStore } from '../platform-store.ts';
import { text } from './database.ts';
import type { SqliteDatabase } from './database.ts';

const names = z.array(z.string());

export function sqliteStarts(database: SqliteDatabase): StartStore {
  return {
    get() {
      const row = database.get('SELECT * FROM started');
      if (row === undefined) return undefined;
      return {
        platform: text(row, 'platform'),
        platforms: names.parse(JSON.parse(text(row, 'platforms'))),
        data: text(row, 'data'),
        readingPath: text(row, 'reading_path'),
        reading: text(row, 'reading'),
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
