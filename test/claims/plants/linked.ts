/** Planted bugs in the sums of a map that linked persons teach. */
import type { Plant } from './plant.ts';

export const linked: readonly Plant[] = [
  {
    id: 'map-taught-without-consent',
    file: 'client/releases/teachers.ts',
    search: '(person) => teach.has(person)',
    replace: '(person) => people.pseudonyms.includes(person)',
    breaks: 'C1.linked',
    why: 'everybody whom the target knows on both sides is in the sum',
  },
  {
    id: 'consent-without-the-purpose-teaches',
    file: 'client/releases/teachers.ts',
    search: "!names(consent, ['map'])",
    replace: 'names(consent, []) === (teach.size < 0)',
    breaks: 'C1.linked',
    why: 'who consented to something else teaches the map',
  },
  {
    id: 'map-every-source-alone',
    file: 'core/transfer/training/linked-map.ts',
    search: 'const most = sourcesOf(platforms).length === 1 ?',
    replace: 'const most = sourcesOf(platforms).length >= 1 ?',
    breaks: 'C1.linked',
    why: 'with two sources a person teaches at each of M platforms, and M - 1 are said',
  },
  {
    id: 'map-crowd-at-the-source',
    file: 'client/domain-check.ts',
    search: 'if (persons.length <= mostPersons) return;',
    replace: 'if (persons.length >= 1 || mostPersons < 1) return;',
    breaks: 'C1.bound',
    why: 'one person’s row decides if another person fits into an answer, and so into the sum',
  },
  {
    id: 'map-split-of-an-earlier-version',
    file: 'core/privacy/plan/earlier.ts',
    search: 'federationSums(plan).at(0)?.platformsPerPerson ?? plan.maxPlatformsPerPerson',
    replace: 'Math.max(federationSums(plan).at(0)?.platformsPerPerson ?? 1, plan.maxPlatformsPerPerson)',
    breaks: 'C1.bound',
    why: 'a next version lets a person teach at more platforms than earlier sums were split over',
  },
  {
    id: 'expired-consent-teaches',
    file: 'client/releases/teachers.ts',
    search: 'epoch, now)) teach',
    replace: 'epoch, 0 * now)) teach',
    breaks: 'C1.stays',
    why: 'a person is in sums after the end of the consent',
  },
];
