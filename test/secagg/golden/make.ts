/**
 * Writes golden/session-n3.json again: `npx tsx test/secagg/golden/make.ts`. If it changes, the protocol has changed.
 */
import { writeFileSync } from 'node:fs';
import { nodeEngine } from '../../../core/crypto/node-engine.ts';
import { goldenTranscript } from './transcript.ts';

const file = new URL('session-n3.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(goldenTranscript(nodeEngine), null, 2)}\n`);
