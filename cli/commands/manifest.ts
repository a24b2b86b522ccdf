import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { openLog } from '../../client/log.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { formatManifest, manifestHash, parseManifest } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { signManifest, verifyManifest } from '../../core/federation/manifest-signature.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { upward } from '../../core/accounting/printed-epsilon.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import type { PrivacyProfile } from '../../core/transfer/strategy.ts';
import { readIdentity } from '../../host/federation-files.ts';
import { readNamedFile, systemReason } from '../../host/files.ts';

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
  const manifest = parseManifest(readNamedFile(file, 'MANIFEST_UNREADABLE'), file);
  const { strategy, privacy } = planFederation(manifest);
  verifyManifest(manifest);
  process.stdout.write(`federation   ${manifest.federation}
platforms    ${manifest.platforms.map(({ name, items }) => `${name} (${items} items)`).join(', ')}
strategy     ${strategy.name}: ${strategy.summary}
rounds       ${privacy.rounds}
privacy      ${bound(strategy.privacy, privacy)}
release      ${released(manifest)}
fingerprint  ${Buffer.from(manifestHash(manifest)).toString('hex')}
signature    the coordinator's, and it fits
`);
}

/** What epsilon covers, and where none covers anything. */
function bound(profile: PrivacyProfile, plan: PrivacyPlan): string {
  if (plan.budget === null) return 'NO PRIVACY: nothing bounds what is learnt';
  const sealed = 'no differential privacy: the encoder is made from raw data';
  if (plan.epsilon === null) {
    return profile === 'sealed-only'
      ? `${sealed}, and nothing is trained together or noised`
      : 'nothing is trained together or noised';
  }
  const figures = `epsilon ${upward(plan.epsilon)} of ${plan.budget} at delta ${plan.delta}, noise multiplier ${plan.noiseMultiplier.toFixed(3)}`;
  return profile === 'sealed-only'
    ? `${sealed}; ${figures}, covers the prototypes of cohorts alone, as far as a person's own vector goes`
    : figures;
}

function released({ privacy: { release, epsilon0 } }: Manifest): string {
  switch (release) {
    case 'raw':
      return 'raw: no differential privacy toward the target';
    case 'ldp':
    case 'cohort':
      return `${release}, epsilon0 ${epsilon0 ?? 'missing'} a code`;
    case 'none':
      return 'none';
  }
}

function sign(file: string, { identity }: { readonly identity: string }): void {
  const log = openLog({ level: 'warn', name: 'manifest', human: true });
  const manifest = parseManifest(readNamedFile(file, 'MANIFEST_UNREADABLE'), file);
  planFederation(manifest);
  const signed = signManifest(manifest, readIdentity(identity, log));
  try {
    writeFileSync(file, formatManifest(signed));
  } catch (cause) {
    throw new FederationError('MANIFEST_UNWRITABLE', `cannot write ${file}: ${systemReason(cause)}`, { cause });
  }
  process.stdout.write(`${file} is signed; its fingerprint is ${Buffer.from(manifestHash(signed)).toString('hex')}\n`);
}
