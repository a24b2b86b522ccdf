import assert from 'node:assert/strict';
import { failure } from '../../cli/failure.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { SimulationError } from '../../simulations/errors.ts';
import { makeOutFolder } from '../../simulations/out-folder.ts';

describe('exit codes', () => {
  const codes: readonly (readonly [SimulationError['code'], number])[] = [
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

  it('of an --out that cannot be made: 4, with what to do', async () => {
    const { text, exitCode } = failure(
      await makeOutFolder(`${import.meta.filename}/out`).catch((error: unknown) => error),
    );
    assert.equal(exitCode, EXIT.resource);
    assert.match(text, /^isthmus: cannot write into .*failure\.test\.ts\/out .*--out \[SIMULATION_OUT_UNWRITABLE\]$/);
  });

  it('of a defect: 1, with a stack', () => {
    const { text, exitCode } = failure(new TypeError('oh'));
    assert.equal(exitCode, EXIT.internal);
    assert.match(text, /please report it\nTypeError: oh\n\s+at /);
  });
});
