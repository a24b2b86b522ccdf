/**
 * Error codes of a simulation's options and its run.
 * @module
 */
import { errorsOf } from '../core/errors/coded-error.ts';

export const SimulationError = errorsOf('SimulationError', {
  SIMULATION_OPTION: { kind: 'usage', about: 'an option of a simulation or an experiment cannot be used' },
  SIMULATION_WORLD: { kind: 'input', about: 'the data of a world cannot be used' },
  SIMULATION_STUDY: { kind: 'input', about: 'a study has no data, or its files are missing' },
  SIMULATION_RESULTS: { kind: 'input', about: 'a folder holds no experiment, or its results cannot be used' },
  SIMULATION_OUT_UNWRITABLE: { kind: 'resource', about: 'the folder for results cannot be written' },
  SIMULATION_PROCESS: { kind: 'federation', about: 'a process of the simulation ended unexpectedly' },
});
export type SimulationError = InstanceType<typeof SimulationError>;
