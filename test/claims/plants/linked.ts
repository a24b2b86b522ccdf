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
    id: 'map-by-honest-sources',
    file: 'core/privacy/plan/plan.ts',
    search: 'const split = Math.min(request.maxPlatformsPerPerson,',
    replace: 'const split = Math.min(Math.max(1, request.maxPlatformsPerPerson - 1),',
    breaks: 'C1.bound',
    why: 'a source that names a person whom it does not have lets the person teach at M platforms, and M - 1 are counted',
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
    id: 'map-said-of-one-platform-less',
    file: 'core/claims/claim-terms.ts',
    search: 'taughtAt: privacy.maxPlatformsPerPerson',
    replace: 'taughtAt: privacy.maxPlatformsPerPerson - 1',
    breaks: 'C1.linked',
    why: 'a person may teach at M platforms, and M - 1 are said',
  },
  {
    id: 'withdrawn-before-the-upload-teaches',
    file: 'client/rounds/participation.ts',
    search: '!stillTeach(teaching, linked())',
    replace: 'teaching.length < 0 && !stillTeach(teaching, linked())',
    breaks: 'C1.stays',
    why: 'who withdraws between the invitation and the upload is in the sum',
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
