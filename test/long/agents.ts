/** A process that runs several agents: their names, the folder of their stores, the manifest's file and the address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../client/platform.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { parseManifest } from '../../core/federation/manifest.ts';
import { agentOf } from '../e2e/many-agents.ts';

export interface AgentsOrder {
  readonly names: readonly string[];
  readonly folder: string;
  readonly manifest: string;
  readonly url: string;
}

const { names, folder, manifest: file, url } = JSON.parse(process.argv[2]) as AgentsOrder;
const manifest = parseManifest(readFileSync(file, 'utf8'), file);
const agents = new Map<string, Platform>();
for (const name of names) {
  const agent = agentOf(name, manifest, url, openSqliteStore(join(folder, `${name}.db`)));
  agent.on((event) => process.send?.({ name, event }));
  agent.failed.then(
    (error) => process.send?.({ name, failed: String(error) }),
    () => undefined,
  );
  agents.set(name, agent);
  await agent.start();
}
process.on('message', ({ stop }: { readonly stop: string }) => void agents.get(stop)?.stop());
process.once('SIGTERM', () => {
  void Promise.all([...agents.values()].map((agent) => agent.stop())).then(() => process.exit(0));
});
