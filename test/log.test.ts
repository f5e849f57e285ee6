import { createLogger, scrub } from '../log';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ LOG_LEVEL: 'trace' }, 'test', { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

test.each([
  ['an identity number', 'value 11010519491231002X is taken', '11010519491231002X'],
  ['a bank account', 'no account 6222 0212 3456 7890 123', '6222 0212'],
  ['a phone number', 'call +86 138 0013 8000 now', '8000'],
  ['an email', 'Key (email)=(wang@example.com) exists', 'wang@example.com'],
  ['a key', 'Bearer trib_01a2_0f0f0f refused', '0f0f0f'],
])('%s in a message of an error is not logged', (_name, message, secret) => {
  const text = logged((log) =>
    log.error({ err: new Error('outer', { cause: new Error(message) }) }, 'failed'),
  );
  expect(text).not.toContain(secret);
  expect(text).toContain('outer');
});

test('what PostgreSQL says of a row is not logged, its code is', () => {
  const error = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (phone)=(13800138000)',
  });
  const text = logged((log) => log.error({ err: error }, 'failed'));
  expect(text).toContain('23505');
  expect(text).not.toContain('13800138000');
});

test('fields with sensitive names are blanked at every place', () => {
  const text = logged((log) =>
    log.info({ phone: 'p-1', user: { email: 'e-1', bank: { bankAccount: 'b-1' } } }, 'x'),
  );
  expect(text).not.toMatch(/p-1|e-1|b-1/);
});

test('ids and dates stay readable', () => {
  const text = 'order O-2026-11 of 01a20153-9024-75ed-882c-b2f9524ca828';
  expect(scrub(text)).toBe(text);
});
