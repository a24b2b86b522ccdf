import { SimulationError } from '../errors.ts';
import { calibration } from './calibration.ts';
import { offPolicy } from './off-policy.ts';
import { ratings } from './ratings.ts';
import { communities } from './social/communities.ts';
import { friends } from './social/friends.ts';
import type { Study } from './study.ts';

export const studies: readonly Study[] = [calibration, communities, friends, offPolicy, ratings];

/** @throws SimulationError SIMULATION_STUDY if there is no study of this name. */
export function studyNamed(name: string): Study {
  const study = studies.find((one) => one.name === name);
  if (study !== undefined) return study;
  const names = studies.map((one) => one.name).join(', ');
  throw new SimulationError('SIMULATION_STUDY', `there is no study "${name}"; there are ${names}`);
}
