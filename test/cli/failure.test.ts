import assert from 'node:assert/strict';
import { EXIT, failure } from '../../cli/failure.ts';
import { SimulationError } from '../../simulations/errors.ts';

describe('exit codes', () => {
  const codes: readonly (readonly [string, number])[] = [
    ['SIMULATION_OPTION', EXIT.usage],
    ['SIMULATION_WORLD', EXIT.input],
    ['SIMULATION_RESULTS', EXIT.input],
    ['SIMULATION_OUT_UNWRITABLE', EXIT.resource],
    ['SIMULATION_PROCESS', EXIT.federation],
  ];
  for (const [code, exitCode] of codes) {
    it(`of ${code}: ${exitCode}, with the message on one line`, () => {
      assert.deepEqual(failure(new SimulationError(code, 'why')), { text: `isthmus: why [${code}]`, exitCode });
    });
  }

  it('of a defect: 1, with a stack', () => {
    const { text, exitCode } = failure(new TypeError('oh'));
    assert.equal(exitCode, EXIT.internal);
    assert.match(text, /please report it\nTypeError: oh\n\s+at /);
  });
});
