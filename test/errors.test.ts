import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, codeOf, ERROR_KINDS, errorsOf, messageOf } from '../core/errors/coded-error.ts';
import { ERROR_TABLES, errorsPage } from '../docs/generated-errors.ts';
import { kindOf, SYSTEM_KINDS } from '../host/errors/system-errors.ts';
import { EXIT, EXIT_TEXTS } from '../host/exit-codes.ts';
import { ROOT } from './e2e/isthmus.ts';

const FLOORS = ['core', 'host', 'server', 'client', 'simulations', 'cli'];
const ROOM = join('core', 'errors', 'coded-error.ts');

/** The product's sources, except the room that declares errors. */
const sources = FLOORS.flatMap((floor) =>
  readdirSync(join(ROOT, floor), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(floor, file)),
)
  .filter((file) => file !== ROOM)
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

/** The first group of every match of the pattern, in every source file. */
function found(pattern: RegExp): { readonly file: string; readonly match: string }[] {
  return sources.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].map((match) => ({ file, match: match.at(1) ?? match[0] })),
  );
}

const declared = Object.values(ERROR_TABLES).flatMap((table) => Object.keys(table));
const isDeclared = new Set(declared);

describe('error codes', () => {
  const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

  for (const [name, table] of Object.entries(ERROR_TABLES)) {
    it(`of ${name} have a kind, a meaning and a line in docs/errors.md`, () => {
      assert.notDeepEqual(Object.keys(table), []);
      for (const [code, { kind, about }] of Object.entries(table)) {
        assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/);
        assert.ok(ERROR_KINDS.includes(kind), `${code} has the kind ${kind}`);
        assert.match(about, /^[^A-Z|].*[^.]$/, code);
        assert.ok(page.includes(`| \`${code}\` | ${EXIT[kind]} | ${kind} | ${about} |`), code);
      }
    });
  }

  it('docs/errors.md is what the tables say (else: npx tsx docs/write-errors.ts)', () => {
    assert.equal(page, errorsPage());
  });

  it('are declared by one room each', () => {
    assert.deepEqual(
      declared.filter((code, at) => declared.indexOf(code) !== at),
      [],
    );
  });

  it('of every table in the sources are in docs/errors.md', () => {
    const names = found(/errorsOf\(\s*'(\w+)'/g).map(({ match }) => match);
    assert.deepEqual(names.sort(), Object.keys(ERROR_TABLES).sort());
  });

  it('that a source names are declared', () => {
    // The first word of a code distinguishes it from other capitals. The compiler cannot check these codes, so they are
    // compared as text.
    const families = new Set(declared.map((code) => code.split('_')[0]));
    const named = found(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g);
    assert.ok(named.length > 300, 'the scan reads the sources');
    assert.deepEqual(
      named.filter(({ match }) => families.has(match.split('_')[0]) && !isDeclared.has(match)),
      [],
    );
    assert.deepEqual(
      found(/new \w+Error\(\s*'([A-Z][A-Z0-9_]+)'/g).filter(({ match }) => !isDeclared.has(match)),
      [],
    );
  });

  it('that are declared are used', () => {
    const used = new Set(found(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g).map(({ match }) => match));
    const keys = new Set(found(/^ {2}([A-Z][A-Z0-9_]+): '/gm).map(({ match }) => match));
    assert.deepEqual(
      declared.filter((code) => !used.has(code) && !keys.has(code)),
      [],
    );
  });
});

describe('errors are made in one place', () => {
  it('no other class extends Error', () => {
    assert.deepEqual(found(/extends\s+(?:\w*Error)\b/g), []);
  });

  it('only a report of another process or thread names code and kind itself', () => {
    assert.deepEqual(
      found(/new CodedError\(/g).map(({ file }) => file),
      [join('client', 'work', 'calls.ts'), join('simulations', 'failed-report.ts')],
    );
  });

  it('no source looks for a code or a message by itself', () => {
    assert.deepEqual(found(/'code' in \w+|\w+ instanceof Error \? \w+\.message/g), []);
  });
});

describe('a coded error', () => {
  const TestError = errorsOf('TestError', { TEST_ONE: { kind: 'privacy', about: 'one' } });
  const error = new TestError('TEST_ONE', 'why', { cause: 'this' });

  it('has code, kind, name, message and cause', () => {
    assert.ok(error instanceof TestError && error instanceof CodedError && error instanceof Error);
    const { code, kind, name, message, cause } = error;
    assert.deepEqual(
      { code, kind, name, message, cause },
      { code: 'TEST_ONE', kind: 'privacy', name: 'TestError', message: 'why', cause: 'this' },
    );
  });

  it('is of its own class alone', () => {
    const OtherError = errorsOf('OtherError', TestError.table);
    assert.ok(!(error instanceof OtherError));
  });

  it('tells its code and message, as whatever else is thrown does', () => {
    assert.deepEqual([codeOf(error), messageOf(error)], ['TEST_ONE', 'why']);
    assert.deepEqual([codeOf('text'), messageOf('text')], [undefined, 'text']);
    assert.equal(codeOf(Object.assign(new Error('numbered'), { code: 20 })), undefined);
  });
});

describe('the kind of an error', () => {
  const coded = (code: string): Error => Object.assign(new Error('why'), { code });

  it('of the system is in one table', () => {
    for (const [code, kind] of Object.entries(SYSTEM_KINDS)) assert.equal(kindOf(coded(code)), kind);
    assert.equal(kindOf(coded('ENOSPC')), 'resource');
    assert.equal(kindOf(coded('SQLITE_IOERR_WRITE')), 'resource');
    assert.equal(kindOf(coded('ENOENT')), 'input');
  });

  it('is that of its fields: an error of another copy of the module has it too', () => {
    assert.equal(kindOf(Object.assign(coded('STORE_FULL'), { kind: 'resource' })), 'resource');
  });

  it('is unknown for anything else', () => {
    for (const code of ['ERR_INVALID_ARG_TYPE', 'STORE_FULL', 'SOMETHING_NEW', 'EWHATEVER', 'constructor']) {
      assert.equal(kindOf(coded(code)), undefined, code);
    }
    assert.equal(kindOf(Object.assign(coded('STORE_FULL'), { kind: 'whatever' })), undefined);
    assert.equal(kindOf(Object.assign(new Error('no code'), { kind: 'input' })), undefined);
    assert.equal(kindOf(new TypeError('oh')), undefined);
    assert.equal(kindOf('text'), undefined);
  });
});

describe('exit codes', () => {
  it('are one a kind, and every page that lists them knows them', () => {
    const codes = Object.values(EXIT);
    assert.equal(new Set(codes).size, codes.length);
    assert.deepEqual(Object.keys(EXIT_TEXTS), Object.keys(EXIT));
    const page = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
    for (const code of codes) assert.match(page, new RegExp(`^\\| ${code} \\| \\w`, 'm'));
  });
});
