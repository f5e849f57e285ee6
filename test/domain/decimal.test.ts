import fc from 'fast-check';
import { formatScaled, fromMinorUnits, parseScaled, toMinorUnits } from '../../domain/decimal';

describe('exact decimal amounts', () => {
  test.each([
    ['2.55', 255_000n, '2.55'],
    ['2.5', 250_000n, '2.50'],
    ['12', 1_200_000n, '12.00'],
    ['0.001', 100n, '0.001'],
    ['-0.00001', -1n, '-0.00001'],
    ['+7.100000000', 710_000n, '7.10'],
    ['12345678901.23456', 1_234_567_890_123_456n, '12345678901.23456'],
  ])('%s is read without loss and written as %s', (text, amount, written) => {
    expect(parseScaled(text)).toBe(amount);
    expect(formatScaled(amount)).toBe(written);
  });

  test.each(['', ' 1', '1,5', '.5', '5.', '1e3', '0x10', 'NaN', '0.000001', '123456789012'])(
    '"%s" is no amount',
    (text) => {
      expect(parseScaled(text)).toBeUndefined();
    },
  );

  test.each([
    ['2.55', 'GBP', 255],
    ['0.001', 'GBP', undefined],
    ['0.001', 'KWD', 1],
    ['100', 'JPY', 100],
    ['100.5', 'JPY', undefined],
    ['-3.10', 'CNY', -310],
  ])('%s %s is %s in minor units', (text, currency, minor) => {
    expect(toMinorUnits(parseScaled(text)!, currency)).toBe(minor);
  });

  test('a sum beyond the safe integers has no minor units', () => {
    expect(toMinorUnits(10n ** 20n, 'CNY')).toBeUndefined();
  });

  test('writing and reading, and minor units there and back, lose nothing', () => {
    const most = 10n ** 16n - 1n;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -most, max: most }),
        (amount) => parseScaled(formatScaled(amount)) === amount,
      ),
    );
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.constantFrom('CNY', 'JPY', 'KWD', 'CLF'),
        (minor, currency) => toMinorUnits(fromMinorUnits(minor, currency), currency) === minor,
      ),
    );
  });
});
