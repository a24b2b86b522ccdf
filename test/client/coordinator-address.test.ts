import assert from 'node:assert/strict';
import { coordinatorAddress } from '../../client/transport/coordinator-address.ts';

describe('the address of a coordinator', () => {
  it('may have a path, with a slash at its end or without', () => {
    const given: Readonly<Record<string, readonly [string, string]>> = {
      'http://localhost:7480': ['http://localhost:7480', '/wire'],
      'http://localhost:7480/': ['http://localhost:7480', '/wire'],
      'https://example.org/isthmus': ['https://example.org', '/isthmus/wire'],
      'https://example.org:444/a/b%20c//': ['https://example.org:444', '/a/b%20c/wire'],
      'wss://[::1]:7480/x/': ['wss://[::1]:7480', '/x/wire'],
    };
    for (const [text, [origin, path]] of Object.entries(given)) {
      assert.deepEqual(coordinatorAddress(text), { origin, path });
    }
  });

  it('is refused with credentials or anything else that it may not have, and the text does not repeat it', () => {
    const refused: Readonly<Record<string, RegExp>> = {
      'http://anna:sesame@localhost:7480': /credentials/,
      'https://sesame@localhost': /credentials/,
      'wss://:sesame@localhost': /credentials/,
      'http://localhost/?key=sesame': /query/,
      'http://localhost/#sesame': /fragment/,
      'ftp://anna:sesame@localhost': /cannot be used/,
      'anna:sesame@localhost': /cannot be used/,
      'http://anna sesame@': /cannot be used/,
    };
    for (const [text, why] of Object.entries(refused)) {
      assert.throws(
        () => coordinatorAddress(text),
        ({ code, message }: { code: string; message: string }) =>
          code === 'PLATFORM_COORDINATOR' && why.test(message) && !message.includes('sesame'),
        text,
      );
    }
  });
});
