import assert from 'node:assert/strict';
import { failure } from '../../cli/failure.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { listenError } from '../../host/listen.ts';

const address = { host: '127.0.0.1', port: 80 };

describe('listenError', () => {
  it('tells a port that this user may not open from one that is taken', () => {
    // The error is made by hand, because the user who runs the tests may be allowed every port.
    const denied = Object.assign(new Error('listen EACCES: permission denied'), { code: 'EACCES' });
    const { text, exitCode } = failure(listenError(denied, address, '--port'));
    assert.equal(exitCode, EXIT.resource);
    assert.match(text, /port 80 may not be opened by this user: choose a --port above 1023 \[LISTEN_FORBIDDEN\]/);
  });

  it('leaves what it does not know as it is', () => {
    const unknown = Object.assign(new Error('?'), { code: 'EUNKNOWN' });
    for (const cause of [unknown, new Error('?'), 7]) assert.equal(listenError(cause, address, '--port'), cause);
  });
});
