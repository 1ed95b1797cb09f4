import { describe, expect, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { LogContext } from '../plugins/log-context.ts';
import { createLogger } from './logger.ts';

const MASTER_KEY = 'bWFzdGVyLWtleS1vZi10aGUtaW5zdGFsbGF0aW9uISE=';
const PASSWORD = 'hunter2"\\ä/:';

function logged(
  work: (log: ReturnType<typeof createLogger>) => void,
  format: 'auto' | 'json' | 'text' = 'json',
): string {
  const lines: string[] = [];
  const out = { isTTY: false, write: (text: string) => lines.push(text) };
  work(createLogger({ level: 'debug', format, secrets: [new Secret(MASTER_KEY)] }, out));
  return lines.join('');
}

describe('secrets', () => {
  test.each<[string, object]>([
    ['a secret as such', { password: new Secret(PASSWORD), login: { inner: new Secret(PASSWORD) } }],
    ['a field that says what it is', { headers: { authorization: PASSWORD, cookie: PASSWORD }, token: PASSWORD }],
    ['the master key in a text', { note: `key ${MASTER_KEY} given`, asUrl: encodeURIComponent(MASTER_KEY) }],
    [
      'the words of an error',
      { err: new Error(`Authorization: Bearer ${'a'.repeat(20)} and password=${'b'.repeat(9)}`) },
    ],
    [
      'an error with a cause',
      { err: new AppError('INTERNAL', 'x', { cause: new Error(`https://u:${'c'.repeat(9)}@host/`) }) },
    ],
    ['a private key', { pem: '-----BEGIN EC PRIVATE KEY-----\ndddddddddd\n-----END EC PRIVATE KEY-----\n' }],
  ])('%s does not get into the log', (_what, fields) => {
    const text = logged((log) => log.info(fields, 'something'));

    expect(JSON.parse(text)).toMatchObject({ msg: 'something' });
    expect(text).toMatch(/\*\*\*|removed/);
    for (const secret of [
      PASSWORD,
      JSON.stringify(PASSWORD).slice(1, -1),
      MASTER_KEY,
      encodeURIComponent(MASTER_KEY),
    ]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/a{20}|b{9}|c{9}|d{10}/);
  });
});

describe('lines', () => {
  test('are JSON where nobody reads them, and text on demand', () => {
    const json = logged((log) => log.warn({ step: 'order' }, 'step failed'), 'auto');
    const text = logged((log) => log.warn({ step: 'order', why: 'no answer' }, 'step failed'), 'text');

    expect(JSON.parse(json)).toMatchObject({ level: 40, step: 'order', msg: 'step failed' });
    expect(text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}step failed step=order why="no answer"\n$/);
  });

  test('show the stack of an error below', () => {
    const text = logged((log) => log.error({ err: new Error('broken') }, 'failed by a defect'), 'text');

    expect(text).toMatch(/ error failed by a defect\n {2}Error: broken\n {6}at /);
  });

  test('bear the fields of the work that goes on, and of no other', async () => {
    const context = new LogContext();

    const text = logged((log) => {
      const bound = context.bind(log);
      context.run({ requestId: 'r' }, () => {
        bound.info({}, 'outer');
        context.run({ renewalId: 'n' }, () => bound.debug({ step: 'order' }, 'inner'));
      });
      bound.error({}, 'none');
    });

    const [outer, inner, none] = text
      .trim()
      .split('\n')
      .map((line): object => JSON.parse(line));
    expect(outer).toMatchObject({ requestId: 'r', msg: 'outer' });
    expect(inner).toMatchObject({ renewalId: 'n', step: 'order', msg: 'inner' });
    expect(inner).not.toHaveProperty('requestId');
    expect(none).not.toHaveProperty('requestId');
  });

  test('bear no fields once all work is over', () => {
    const context = new LogContext();

    const text = logged((log) =>
      context.run({ requestId: 'r' }, () => {
        context[Symbol.dispose]();
        context.bind(log).info({}, 'late');
      }),
    );

    expect(JSON.parse(text)).not.toHaveProperty('requestId');
  });
});
