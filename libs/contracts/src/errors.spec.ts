import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ArcFleetError,
  ERRORS,
  errorFromReport,
  isErrorCode,
  reportError,
  withoutInsides,
  type ErrorDefinition,
} from './errors.js';

/** Rows of the tables: code, HTTP status, restartable, meaning, what to do. */
const rows = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const documented = new Map(rows.map(([code = '', ...cells]) => [code.replaceAll('`', ''), cells]));

describe('docs/errors.md', () => {
  it('has every code of the table once, and no other', () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(ERRORS).sort());
    expect(rows).toHaveLength(documented.size);
  });

  it.each(Object.entries(ERRORS) as [string, ErrorDefinition][])('says of %s what the code says', (code, definition) => {
    const [httpStatus, restartable, meaning = '', todo = ''] = documented.get(code) ?? [];
    expect({ httpStatus, restartable }).toEqual({
      httpStatus: String(definition.httpStatus),
      restartable: definition.restartable ? 'yes' : 'no',
    });
    expect([meaning, todo].every((cell) => /^\S.*\.$/.test(cell))).toBe(true);
  });
});

describe('error reports', () => {
  it('carry an error over a process border and back', () => {
    const error = new ArcFleetError('peer_lost', 'Rank 1 is gone.', { rank: 1 });
    const back = errorFromReport(JSON.parse(JSON.stringify(reportError(error))) as ReturnType<typeof reportError>);
    expect(back).toMatchObject({ name: 'ArcFleetError', code: 'peer_lost', message: 'Rank 1 is gone.', details: { rank: 1 } });
  });

  it('keep the message of an unknown error under the code that the caller chooses', () => {
    expect(reportError(new TypeError('no'), 'trainer_crashed')).toEqual({ code: 'trainer_crashed', message: 'no' });
    expect(reportError('thrown text')).toEqual({ code: 'internal', message: 'thrown text' });
  });

  it('tell no stack and no output, however deep they lie, and all else', () => {
    const stack = ['TypeError: no', '    at file:///opt/arcfleet/dist/trainer.js:1:1'];
    const details = {
      rank: 1,
      stack,
      cause: { code: 'internal', details: { stack, lastLines: stack, file: '/data/train.rec' } },
      of: [{ stack }],
    };
    expect(withoutInsides({ code: 'internal', message: 'no', details })).toEqual({
      code: 'internal',
      message: 'no',
      details: { rank: 1, cause: { code: 'internal', details: { file: '/data/train.rec' } }, of: [{}] },
    });
    expect(withoutInsides({ code: 'internal', message: 'no' })).toEqual({ code: 'internal', message: 'no' });
  });

  it('know codes from the names that every object has', () => {
    expect(isErrorCode('non_finite')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode(5)).toBe(false);
  });
});
