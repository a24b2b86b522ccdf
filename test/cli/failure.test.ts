import assert from 'node:assert/strict';
import { failure } from '../../cli/failure.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { SimulationError } from '../../simulations/errors.ts';
import { failedReport, reportedError } from '../../simulations/failed-report.ts';
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
    assert.match(
      text,
      /^isthmus: cannot write .*failure\.test\.ts\/out: not a directory; .*--out \[SIMULATION_OUT_UNWRITABLE\]$/,
    );
  });

  it('of the system: by one table', () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    assert.deepEqual(failure(full), { text: 'isthmus: no space left [ENOSPC]', exitCode: EXIT.resource });
  });

  it('of a code that nobody declared: 1, as of any defect', () => {
    const { text, exitCode } = failure(Object.assign(new Error('odd'), { code: 'SOMETHING_ODD' }));
    assert.equal(exitCode, EXIT.internal);
    assert.match(text, /please report it\nError: odd\n\s+at /);
  });

  it("of another process: its own, as if it had happened here; of its defects: 1, with that process's stack", () => {
    for (const error of [
      new SimulationError('SIMULATION_RESULTS', 'why'),
      Object.assign(new Error('why'), { code: 'ENOENT' }),
    ]) {
      const here = failure(error);
      assert.deepEqual(failure(reportedError(failedReport(error))), here);
      assert.match(
        failure(reportedError(failedReport(error), 'platform films')).text,
        /^isthmus: platform films: why \[/,
      );
    }
    const { text, exitCode } = failure(reportedError(failedReport(new TypeError('oh'))));
    assert.equal(exitCode, EXIT.internal);
    assert.match(text, /TypeError: oh\n\s+at /);
  });

  it('of a defect: 1, with a stack', () => {
    const { text, exitCode } = failure(new TypeError('oh'));
    assert.equal(exitCode, EXIT.internal);
    assert.match(text, /please report it\nTypeError: oh\n\s+at /);
  });
});
