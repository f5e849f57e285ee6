import { inquiryDelayMs, majorUnits, readInquiryAnswer, readInstructionAnswer } from '../../domain/payout';

test.each([
  [1999, 'CNY', '19.99'],
  [5, 'CNY', '0.05'],
  [0, 'CNY', '0.00'],
  [1999, 'JPY', '1999'],
  [1, 'KWD', '0.001'],
  [9_007_199_254_740_991, 'USD', '90071992547409.91'],
])('%d minor units of %s are written as %s %s', (amount, currency, text) => {
  expect(majorUnits({ amount, currency })).toBe(text);
});

test.each([
  [201, { status: 'paid', reference: 'R' }, 'paid'],
  [202, { status: 'accepted' }, 'pending'],
  [200, { status: 'failed', reason: 'closed' }, 'failed'],
  [422, { reason: 'closed' }, 'failed'],
  [400, { detail: 'closed' }, 'failed'],
  [422, undefined, 'unknown'],
  [200, undefined, 'unknown'],
  [301, { status: 'paid' }, 'unknown'],
  [409, { reason: 'in progress' }, 'unknown'],
  [429, { reason: 'slow down' }, 'unknown'],
  [401, { reason: 'bad token' }, 'unknown'],
  [500, { status: 'failed', reason: 'x' }, 'unknown'],
])('an instruction answered with %d and %j is %s', (status, body, outcome) => {
  expect(readInstructionAnswer({ status, body }).status).toBe(outcome);
});

test.each([
  [200, { status: 'paid' }, 'paid'],
  [200, { status: 'pending' }, 'pending'],
  [404, { status: 'not_found' }, 'not_known'],
  [404, undefined, 'unknown'],
  [503, { status: 'not_found' }, 'unknown'],
])('an inquiry answered with %d and %j is %s', (status, body, outcome) => {
  expect(readInquiryAnswer({ status, body }).status).toBe(outcome);
});

test.each([
  ['a NUL character', 'closed\0', 'closed\uFFFD'],
  ['half a surrogate pair', 'closed\ud83d', 'closed\uFFFD'],
  ['no end', 'x'.repeat(100_000), 'x'.repeat(1000)],
  ['a second line', 'closed\nsee evil.example', 'closed see evil.example'],
  ['characters that turn the direction', 'a\u202eb', 'a b'],
])('a reason of the provider with %s becomes one that can be kept', (_what, reason, kept) => {
  expect(readInstructionAnswer({ status: 200, body: { status: 'failed', reason } })).toMatchObject({
    reason: kept,
  });
});

test('the waits between inquiries double up to 15 minutes', () => {
  expect([0, 1, 2, 20, 2000].map((question) => inquiryDelayMs(question, 5000))).toEqual([
    5000, 10_000, 20_000, 900_000, 900_000,
  ]);
});
