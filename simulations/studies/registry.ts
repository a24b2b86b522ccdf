import { SimulationError } from '../errors.ts';
import { calibration } from './calibration.ts';
import { clickThrough } from './click-through.ts';
import { exposure } from './exposure.ts';
import { generalPersonal } from './general-personal.ts';
import { hostileSource } from './hostile-source.ts';
import { inversion } from './inversion.ts';
import { knowledgeGraph } from './knowledge-graph.ts';
import { membership } from './membership.ts';
import { multimodal } from './multimodal.ts';
import { crossLingual } from './news/cross-lingual.ts';
import { exploration } from './news/exploration.ts';
import { hotItems } from './news/hot-items.ts';
import { offPolicy } from './off-policy.ts';
import { periods } from './periods.ts';
import { poisoning } from './poisoning.ts';
import { ratings } from './ratings.ts';
import { shortLongVideo } from './short-long-video.ts';
import { communities } from './social/communities.ts';
import { friends } from './social/friends.ts';
import { influence } from './social/influence.ts';
import { trust } from './social/trust.ts';
import type { Study } from './study.ts';

export const studies: readonly Study[] = [
  calibration,
  clickThrough,
  communities,
  crossLingual,
  exploration,
  exposure,
  friends,
  generalPersonal,
  hostileSource,
  hotItems,
  influence,
  inversion,
  knowledgeGraph,
  membership,
  multimodal,
  offPolicy,
  periods,
  poisoning,
  ratings,
  shortLongVideo,
  trust,
];

/** @throws SimulationError SIMULATION_STUDY if there is no study of this name. */
export function studyNamed(name: string): Study {
  const study = studies.find((one) => one.name === name);
  if (study !== undefined) return study;
  const names = studies.map((one) => one.name).join(', ');
  throw new SimulationError('SIMULATION_STUDY', `there is no study "${name}"; there are ${names}`);
}
