/**
 * A manifest in plain words, for the members who are to sign it.
 * @module
 */
import { upward } from '../core/accounting/printed-epsilon.ts';
import { privacyStatement } from '../core/claims/claims.ts';
import { claimTerms } from '../core/claims/claim-terms.ts';
import { claimLines } from '../core/claims/statement-text.ts';
import { lossesText } from '../core/claims/losses.ts';
import { membersOf } from '../core/federation/co-signature.ts';
import type { Manifest } from '../core/federation/manifest.ts';
import type { FederationPlan } from '../core/federation/plan.ts';
import type { PrivacyPlan } from '../core/privacy/plan/privacy-plan.ts';
import { isOwnAlone } from '../core/claims/claim-sentences.ts';
import type { Law } from '../core/transfer/law.ts';
import { releaseBound } from '../core/release/registry.ts';
import { asDeclared, declarersOf } from '../core/claims/declared.ts';
import { declarerOf } from '../core/packages/pieces.ts';
import { formatPackage } from '../core/packages/package-id.ts';

/** The facts, one per line. */
export function factsOf({ manifest, encoder, law, privacy, shape }: FederationPlan): string {
  const platforms = shape.platforms.map(
    ({ name, items, personsAbout, releases }) =>
      `${name} (up to ${items} items and about ${personsAbout} persons${releases ? '' : '; releases nothing'})`,
  );
  const taking = manifest.platforms.flatMap(({ name, takes }) =>
    takes === true ? [`${name} (only takes the shared model, and is in no sum)`] : [],
  );
  const { vocabulary } = manifest;
  const words =
    vocabulary === undefined
      ? ''
      : 'buckets' in vocabulary
        ? `vocabulary   ids hashed into ${vocabulary.buckets} buckets\n`
        : `vocabulary   ${vocabulary.items} ids of the public file with SHA-256 ${vocabulary.sha256}\n`;
  const losses = lossesText(privacy);
  const rounds =
    losses === undefined
      ? `${privacy.rounds}`
      : `${privacy.rounds}${graphText(privacy)}; ${losses}; ${manifest.rounds.spareAttempts} more attempts may be charged and lost, and ${manifest.rounds.refunds} charges taken back on proof`;
  const packages = (manifest.packages ?? [])
    .map((id) => `package      ${formatPackage(id)}: code from outside this project\n`)
    .join('');
  const version = manifest.version === 1 ? '' : `version      ${manifest.version}\n`;
  return `federation   ${manifest.federation}
${version}platforms    ${[...platforms, ...taking].join(', ')}
${words}encoder      ${encoder.name}: ${encoder.summary}
rounds       ${rounds}
privacy      ${bound(law, privacy)}${declared(declarersOf(encoder.name, manifest.privacy.release).strategy)}
release      ${released(manifest)}
${packages}`;
}

/** Warnings first, then each claim, or the reason why it is not made. */
export function claimsOf(plan: FederationPlan): string {
  const { claims, warnings } = privacyStatement(claimTerms(plan));
  const lines = [...warnings.map((warning) => `!! ${warning}`), ...claims.flatMap(claimLines)];
  return `${lines.join('\n')}\n`;
}

/** Every member's public keys. */
export function keysOf(manifest: Manifest): string {
  const seals = new Map(manifest.platforms.map(({ name, seal }) => [name, seal]));
  const lines = membersOf(manifest).map(({ name, identity }) => {
    const seal = seals.get(name);
    return `  ${name}\n    identity  ${identity}${seal === undefined ? '' : `\n    seal      ${seal}`}`;
  });
  return `keys\n${lines.join('\n')}\n`;
}

/** Numbered words, four per line. */
export function wordsTable(words: string): string {
  const numbered = words.split(' ').map((word, index) => `${String(index + 1).padStart(4)} ${word.padEnd(9)}`);
  const lines = [0, 4, 8].map((from) =>
    numbered
      .slice(from, from + 4)
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** At the end of a line, so without the last comma. */
function declared(by: string | undefined): string {
  return asDeclared(by).slice(0, -1);
}

/** The sparse graph, since it changes the adversary that the claims hold against; nothing on the complete graph. */
function graphText({ degree, threshold, platformCount }: PrivacyPlan): string {
  if (degree === undefined) return '';
  return `; sparse graph: each platform masks with ${degree} of ${platformCount - 1} others (t = ${threshold}), and nothing is claimed against a coordinator that deviates in stage 0`;
}

/** States epsilon and the data that it covers, or that nothing is covered. */
function bound(law: Law, plan: PrivacyPlan): string {
  if (plan.budget === null) return 'NO PRIVACY: nothing bounds what is learnt';
  const sealed = 'no differential privacy: the encoder is made from raw data';
  if (isOwnAlone({ law, plan })) return 'epsilon 0: nothing is trained, and no vector uses the data of another person';
  if (plan.epsilon === null) {
    return law === 'sealed-only'
      ? `${sealed}, and nothing is trained together or noised`
      : 'nothing is trained together or noised';
  }
  const figures = `epsilon ${upward(plan.epsilon)} of ${plan.budget} at delta ${plan.delta}, noise multiplier ${plan.noiseMultiplier.toFixed(3)}`;
  return law === 'sealed-only'
    ? `${sealed}; ${figures}, covers only a person's own vector in the prototypes of cohorts`
    : figures;
}

function released({ privacy: { release, epsilon0 } }: Manifest): string {
  switch (releaseBound(release)) {
    case 'unbounded':
      return `${release}: no differential privacy toward the target`;
    case 'epsilon0':
      return `${release}, epsilon0 ${epsilon0 ?? 'missing'} per code${declared(declarerOf('releaseModes', release))}`;
    case 'nothing-sent':
      return release;
  }
}
