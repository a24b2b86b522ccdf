/**
 * The world of a federation of sites: several that contribute, and one that begins. The newcomer has a few persons of its own.
 * Further persons arrive later with a history, and one further item of each is hidden.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, itemCounts, restrictPersons } from '../../core/data/select.ts';
import { coldPlatformCut, hideLastItem } from '../../core/evaluation/cold-platform.ts';
import { SimulationError } from '../errors.ts';
import type { SimulationOptions } from '../options.ts';
import type { TrialWorld } from '../trial-files.ts';
import { openWorld } from '../worlds/open-world.ts';

/** Largest share of persons on several sites who are left out of all but one. With more, they count as they are. */
const FEW = 0.01;
/** Most arriving persons that are scored. */
const MOST_ARRIVING = 400;

export interface Arriving {
  readonly person: string;
  readonly history: Uint32Array;
  /** Catalogue index of the hidden item. */
  readonly hidden: number;
}

export interface Sites {
  readonly name: string;
  readonly remarks: readonly string[];
  /** Domains with everybody, for the table. */
  readonly domains: readonly Domain[];
  at(seed: string): {
    readonly world: TrialWorld;
    readonly arriving: readonly Arriving[];
    readonly counts: Uint32Array;
  };
}

/** @throws SimulationError SIMULATION_OPTION; the errors of the data. */
export async function openSites(options: SimulationOptions): Promise<Sites> {
  const opened = await openWorld({ ...options, seed: String(options.seed) });
  const names = opened.domains.map(({ name }) => name);
  const newcomer = options.target ?? names[names.length - 1];
  if (!names.includes(newcomer)) {
    throw new SimulationError(
      'SIMULATION_OPTION',
      `${newcomer} is not a platform of this world, which has ${names.join(', ')}`,
    );
  }
  const { domains, mostPlatforms, remark } = apart(opened.domains);
  const vocabulary = domains.flatMap(({ catalogue }) => catalogue);
  const places = new Set(vocabulary).size;
  const hidden = hideLastItem(domains.find(({ name }) => name === newcomer) ?? domains[0]);
  return {
    name: opened.name,
    domains,
    remarks: [
      ...opened.readings,
      `vocabulary: ${places} ids, the catalogues of all sites together; ids of data sets are treated as public, though data sets were filtered by everybody's rows`,
      ...(remark === undefined ? [] : [remark]),
    ],
    at(seed) {
      const cut = coldPlatformCut(hidden, {
        own: options.ownPersons,
        mostOwn: options.ownPersons,
        scored: MOST_ARRIVING,
        seed,
      });
      // An agent cannot start without a person. A newcomer without own persons gets one, and ranks as if it had none.
      const own = restrictPersons(hidden.train, cut.own.length > 0 ? cut.own : cut.scored.slice(0, 1));
      return {
        world: {
          seed,
          domains: domains.map((domain) => (domain.name === newcomer ? own : domain)),
          target: newcomer,
          sources: [],
          taking: [newcomer],
          vocabulary,
          mostPlatforms,
          cold: [],
          linked: [],
          keep: new Uint8Array(0),
        },
        arriving: Array.from(cut.scored, (row) => ({
          person: hidden.train.persons[row],
          history: historyOf(hidden.train, row).items,
          hidden: hidden.hidden[row],
        })),
        counts: itemCounts(hidden.train),
      };
    },
  };
}

/**
 * Leaves persons on several sites out of all sites but one, if there are few of them. Otherwise M is the largest number of sites that one
 * person is on.
 */
function apart(domains: readonly Domain[]): {
  readonly domains: readonly Domain[];
  readonly mostPlatforms: number;
  readonly remark?: string;
} {
  const sites = new Map<string, number>();
  for (const { persons } of domains) for (const person of persons) sites.set(person, (sites.get(person) ?? 0) + 1);
  const several = [...sites.values()].filter((count) => count > 1).length;
  if (several === 0) return { domains, mostPlatforms: 1 };
  if (several > FEW * sites.size) {
    const most = Math.max(...sites.values());
    return {
      domains,
      mostPlatforms: most,
      remark: `${several} persons are on several sites, at most ${most}: M = ${most}`,
    };
  }
  const seen = new Set<string>();
  const left = domains.map((domain) => {
    const rows = domain.persons.map((_, row) => row).filter((row) => !seen.has(domain.persons[row]));
    for (const person of domain.persons) seen.add(person);
    return rows.length === domain.persons.length ? domain : restrictPersons(domain, rows);
  });
  return {
    domains: left,
    mostPlatforms: 1,
    remark: `${several} persons are on several sites, and are kept on the first alone: M = 1`,
  };
}
