import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { readIdentity, systemReason } from '../../client/key-file.ts';
import { openLog } from '../../client/log.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { formatManifest, manifestHash, parseManifest } from '../../core/federation/manifest.ts';
import { signManifest, verifyManifest } from '../../core/federation/manifest-signature.ts';
import { planFederation } from '../../core/federation/plan.ts';

export function manifestCommand(): Command {
  return new Command('manifest')
    .description('check or sign a federation manifest')
    .addCommand(
      new Command('check')
        .description('read a manifest, verify its signature, and print the plan it makes')
        .argument('<file>', 'manifest.yaml')
        .action(check),
    )
    .addCommand(
      new Command('sign')
        .description("sign a manifest in place with the coordinator's key; every platform must take the new one")
        .argument('<file>', 'manifest.yaml')
        .requiredOption('--identity <file>', "the coordinator's key file")
        .action(sign),
    )
    .addHelpText(
      'after',
      `
Examples:
  isthmus manifest check my-federation/manifest.yaml
  isthmus manifest sign my-federation/manifest.yaml --identity my-federation/coordinator.key`,
    );
}

function check(file: string): void {
  const manifest = parseManifest(readManifest(file), file);
  const { strategy, privacy } = planFederation(manifest);
  verifyManifest(manifest);
  const epsilon =
    privacy.budget === null
      ? 'NO PRIVACY: nothing bounds what is learnt'
      : privacy.epsilon === null
        ? 'nothing is trained together or noised'
        : `epsilon ${privacy.epsilon.toFixed(3)} of ${privacy.budget} at delta ${privacy.delta}, noise multiplier ${privacy.noiseMultiplier.toFixed(3)}`;
  process.stdout.write(`federation   ${manifest.federation}
platforms    ${manifest.platforms.map(({ name, items }) => `${name} (${items} items)`).join(', ')}
strategy     ${strategy.name}: ${strategy.summary}
rounds       ${privacy.rounds}
privacy      ${epsilon}
release      ${manifest.privacy.release}
fingerprint  ${Buffer.from(manifestHash(manifest)).toString('hex')}
signature    the coordinator's, and it fits
`);
}

function sign(file: string, { identity }: { readonly identity: string }): void {
  const log = openLog({ level: 'warn', name: 'manifest', human: true });
  const manifest = parseManifest(readManifest(file), file);
  planFederation(manifest);
  const signed = signManifest(manifest, readIdentity(identity, log));
  try {
    writeFileSync(file, formatManifest(signed));
  } catch (cause) {
    throw new FederationError('MANIFEST_UNWRITABLE', `cannot write ${file}: ${systemReason(cause)}`, { cause });
  }
  process.stdout.write(`${file} is signed; its fingerprint is ${Buffer.from(manifestHash(signed)).toString('hex')}\n`);
}

function readManifest(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FederationError('MANIFEST_UNREADABLE', `cannot read ${file}: ${systemReason(cause)}`, { cause });
  }
}
