/**
 * Planted bugs in epsilon 0: something that leaves a source depends on other persons, or on how long a history is.
 * @module
 */
import type { Plant } from './plant.ts';

export const ownAlone: readonly Plant[] = [
  {
    id: 'box-as-long-as-the-history',
    file: 'core/transfer/composed-model.ts',
    search: 'return this.#encoder()(history);',
    replace: 'return this.#encoder()(history).slice(0, 2 + history.items.length);',
    breaks: 'C2.box',
    why: 'the length of a letter tells how long a history is',
  },
  {
    id: 'history-box-of-its-true-length',
    file: 'core/transfer/encoder/history-box.ts',
    search: 'const box = new Float64Array(slots + 1);',
    replace: 'const box = new Float64Array(Math.min(slots, items.length) + 1);',
    breaks: 'C2.box',
    why: 'a box is as long as the history in it',
  },
  {
    id: 'history-box-as-wide-as-the-longest',
    file: 'core/transfer/composed-model.ts',
    search:
      'const context = {\n      platform: publicPlatform(shape, domain.name),\n      catalogue: catalogueOf(domain),\n      settings,',
    replace:
      "const longest = domain.offsets.reduce((most, end, row) => Math.max(most, end - (domain.offsets[row - 1] ?? 0)), 0);\n    const context = {\n      platform: publicPlatform(shape, domain.name),\n      catalogue: catalogueOf(domain),\n      settings: 'items' in settings ? { ...settings, items: Math.min(8, longest) } : settings,",
    breaks: 'C2.box',
    why: 'the width of every box tells how long the longest history of the platform is',
  },
  {
    id: 'unknown-times-as-the-newest-day',
    file: 'core/data/select.ts',
    search: '...(domain.timestamps && { timestamps: domain.timestamps.subarray(begin, end) }),',
    replace: `...(domain.timestamps && {
      timestamps: domain.timestamps.subarray(begin, end).map((time) => {
        const newest = domain.timestamps?.reduce((latest, one) => (one > latest ? one : latest), 0) ?? 0;
        return Number.isNaN(time) ? newest : time;
      }),
    }),`,
    breaks: 'C2.own',
    why: 'ages count from the newest day of the platform, so a vector tells when other persons came last',
  },
  {
    id: 'rarity-of-words-among-histories',
    file: 'core/transfer/composed-model.ts',
    search: 'catalogue: catalogueOf(domain),',
    replace: `catalogue: {
        ...catalogueOf(domain),
        ...(domain.titles && { titles: domain.titles.map((own, at) => (domain.items.includes(at) ? own : undefined)) }),
      },`,
    breaks: 'C2.own',
    why: 'words are weighed by how rare they are among what persons have met, so a vector tells of other histories',
  },
  {
    id: 'prototypes-of-persons-at-epsilon-0',
    file: 'core/claims/claim-sentences.ts',
    search: "return law === 'public' && plan.budget !== null && plan.epsilon === null;",
    replace: "return law === 'public' && plan.budget !== null;",
    breaks: 'C2.own',
    why: 'a code names one of several prototypes that were made from persons',
  },
  {
    id: 'vectors-of-an-earlier-version-forgotten',
    file: 'core/federation/plan.ts',
    search: 'law: worstLaw([encoder.law, ...(previous === undefined ? [] : [previous.law])]),',
    replace: 'law: encoder.law,',
    breaks: 'C2.own',
    why: 'a target still holds vectors that an earlier version made from raw rows',
  },
  {
    id: 'catalogue-of-rows-at-epsilon-0',
    file: 'client/domain-check.ts',
    search: "if (origin !== 'rows' || ",
    replace: "if (origin !== 'private' || ",
    breaks: 'C2.own',
    why: 'a vector counts only items that some person had met when the catalogue was collected',
  },
  {
    id: 'outside-mode-unnamed-at-epsilon-0',
    file: 'core/claims/claim-sentences.ts',
    search: 'with and without your data${asDeclared(terms.by.strategy, terms.by.release)',
    replace: 'with and without your data${asDeclared(terms.by.strategy)',
    breaks: 'C2.own',
    why: 'a package’s release mode could carry one person’s numbers into another’s code, and the sentence does not say that it rests on its word',
  },
  {
    id: 'taking-part-unsaid',
    file: 'core/claims/claim-sentences.ts',
    search:
      'who is linked and who takes part (the number of persons, the number and length of letters, their time), and not ',
    replace: '',
    breaks: 'C2.content',
    why: 'the coordinator sees that letters go, how many and how long, and the statement does not say so',
  },
  {
    id: 'law-of-the-last-view',
    file: 'core/transfer/compose.ts',
    search: 'views.map(({ piece }) => piece.law)',
    replace: 'views.slice(-1).map(({ piece }) => piece.law)',
    breaks: 'C3.nobody-else',
    why: 'a vector made from raw rows stands beside a public one, and the statement says that it tells of nobody else',
  },
];
