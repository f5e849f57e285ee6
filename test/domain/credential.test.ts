import fc from 'fast-check';
import { ageInFullYears } from '../../domain/calendarDate';
import {
  checkBankAccount,
  checkPhone,
  checkResidentIdentityNumber,
  checkUnifiedSocialCreditCode,
  checkValidity,
  completeLuhn,
  makeResidentIdentityNumber,
  makeUnifiedSocialCreditCode,
  mask,
  normaliseNumber,
  normalisePhone,
} from '../../domain/credential';

const TODAY = '2026-03-01';
const USCC_ALPHABET = [...'0123456789ABCDEFGHJKLMNPQRTUWXY'];
const DIGITS = [...'0123456789'];

const uscc = fc
  .array(fc.constantFrom(...USCC_ALPHABET), { minLength: 17, maxLength: 17 })
  .map((body) => makeUnifiedSocialCreditCode(body.join('')));

const identityNumber = fc
  .record({
    region: fc.constantFrom('110101', '310101', '440305', '500101', '659001', '820000'),
    birth: fc.date({
      min: new Date('1930-01-01'),
      max: new Date('2008-01-01'),
      noInvalidDate: true,
    }),
    sequence: fc.integer({ min: 0, max: 999 }),
  })
  .map(({ region, birth, sequence }) =>
    makeResidentIdentityNumber(region, birth.toISOString().slice(0, 10), String(sequence).padStart(3, '0')),
  );

function replaced(text: string, position: number, character: string): string {
  return text.slice(0, position) + character + text.slice(position + 1);
}

function swapped(text: string, position: number): string {
  return replaced(replaced(text, position, text.charAt(position + 1)), position + 1, text.charAt(position));
}

describe('unified social credit code', () => {
  test.each([
    ['the example of GB 32100-2015', '91350100M000100Y43', 'uscc_valid'],
    ['spaces, full-width and small letters', '９１３５ 0100 m000100y43', 'uscc_valid'],
    ['a character too few', '91350100M000100Y4', 'uscc_length'],
    ['nothing', '', 'uscc_length'],
    ['the letter O for a zero', '9135O100M000100Y43', 'uscc_character'],
    ['a Chinese character', '91350100M000100Y4三', 'uscc_character'],
    ['a wrong check character', '91350100M000100Y42', 'uscc_check_character'],
  ])('%s', (_name, code, expected) => {
    const result = checkUnifiedSocialCreditCode(code);
    expect(result).toMatchObject({
      check: 'unified_social_credit_code',
      code: expected,
      passed: expected === 'uscc_valid',
    });
  });

  test('the reason names the position and the expected check character', () => {
    expect(checkUnifiedSocialCreditCode('9135O100M000100Y43').reason).toContain('Character 5 is "O"');
    expect(checkUnifiedSocialCreditCode('91350100M000100Y42').reason).toContain('require "3"');
  });

  test('every changed character and every swapped pair of neighbours is found', () => {
    fc.assert(
      fc.property(uscc, (code) => {
        expect(checkUnifiedSocialCreditCode(code).passed).toBe(true);
        for (const [position, character] of [...code].entries()) {
          for (const other of USCC_ALPHABET.filter((candidate) => candidate !== character)) {
            if (checkUnifiedSocialCreditCode(replaced(code, position, other)).passed) return false;
          }
          const swap = swapped(code, position);
          if (position < 17 && swap !== code && checkUnifiedSocialCreditCode(swap).passed) return false;
        }
        return true;
      }),
      { numRuns: 50 },
    );
  });

  test('a body of another form is refused', () => {
    expect(() => makeUnifiedSocialCreditCode('91350100M000100I4')).toThrow(RangeError);
    expect(() => makeUnifiedSocialCreditCode('9135')).toThrow(RangeError);
  });
});

describe('resident identity number', () => {
  test.each([
    ['the example of GB 11643-1999', '11010519491231002X', 'identity_valid'],
    ['a small x, spaces and full-width digits', '１１０１０５ 19491231 002x', 'identity_valid'],
    ['a number of the first generation', '110105491231002', 'identity_length'],
    ['a letter among the digits', '11010519491231O02X', 'identity_character'],
    ['X before the end', '1101051949123100XX', 'identity_character'],
    ['a wrong check character', '110105194912310021', 'identity_check_character'],
  ])('%s', (_name, number, expected) => {
    expect(checkResidentIdentityNumber(number, TODAY)).toMatchObject({
      check: 'resident_identity_number',
      code: expected,
      passed: expected === 'identity_valid',
    });
  });

  test('birth date and age are read from a valid number', () => {
    expect(checkResidentIdentityNumber('11010519491231002X', TODAY)).toMatchObject({
      birthDate: '1949-12-31',
      age: 76,
    });
  });

  test('a date the calendar lacks is refused though the check character fits', () => {
    const number = '110105199002300019';
    const expected = [...'10X98765432'].find((last) =>
      checkResidentIdentityNumber(number.slice(0, 17) + last, TODAY).code.endsWith('birth_date'),
    );
    expect(expected).toBeDefined();
    const result = checkResidentIdentityNumber(number.slice(0, 17) + expected, TODAY);
    expect(result).toMatchObject({ passed: false, code: 'identity_birth_date' });
    expect(result.birthDate).toBeUndefined();
  });

  test.each([
    ['2026-03-02', TODAY, 'identity_birth_in_future'],
    ['2026-03-01', TODAY, 'identity_under_age'],
    ['2008-03-02', TODAY, 'identity_under_age'],
    ['2008-03-01', TODAY, 'identity_valid'],
    ['2008-02-29', '2026-02-27', 'identity_under_age'],
    ['2008-02-29', '2026-02-28', 'identity_valid'],
  ])('born on %s, applying on %s: %s', (birthDate, onDate, expected) => {
    const number = makeResidentIdentityNumber('440305', birthDate, '123');
    expect(checkResidentIdentityNumber(number, onDate).code).toBe(expected);
  });

  test.each([
    ['990426', '1990-01-01', 'identity_region_unknown_province'],
    ['000000', '1990-01-01', 'identity_region_unknown_province'],
    ['110199', '1990-01-01', 'identity_region_unknown'],
    // Chongwen was part of Beijing until 2010.
    ['110103', '1990-01-01', 'identity_valid'],
    // Hebi's Qibin district replaced a suburb before the first edition.
    ['410611', '1990-01-01', 'identity_valid'],
    // Beijing's Miyun has been a district since November 2015.
    ['110118', '1990-01-01', 'identity_region_not_yet'],
    ['110228', '1990-01-01', 'identity_valid'],
    // Residents of Hong Kong, Macao and Taiwan.
    ['810000', '1990-01-01', 'identity_valid'],
    ['830000', '1990-01-01', 'identity_valid'],
  ])('a number issued in %s with the birth date %s: %s', (region, birthDate, expected) => {
    const number = makeResidentIdentityNumber(region, birthDate, '123');
    expect(checkResidentIdentityNumber(number, TODAY)).toMatchObject({
      code: expected,
      passed: expected === 'identity_valid',
      birthDate,
    });
  });

  test('a region abolished before birth fails, and a region abolished between two editions can have existed', () => {
    const codeOn = (birthDate: string) =>
      checkResidentIdentityNumber(makeResidentIdentityNumber('110103', birthDate, '123'), '2040-01-01').code;
    expect(codeOn('2010-10-31')).toBe('identity_valid');
    expect(codeOn('2010-11-01')).toBe('identity_region_no_longer');
  });

  test.each([
    ['2000-02-29', '2024-02-28', 23],
    ['2000-02-29', '2024-02-29', 24],
    ['2000-02-29', '2025-02-27', 24],
    ['2000-02-29', '2025-02-28', 25],
    ['2000-12-31', '2001-01-01', 0],
  ])('who was born on %s is on %s %i years old', (birthDate, onDate, age) => {
    expect(ageInFullYears(birthDate, onDate)).toBe(age);
  });

  test('every changed character and every swapped pair of neighbours is found', () => {
    fc.assert(
      fc.property(identityNumber, (number) => {
        expect(checkResidentIdentityNumber(number, TODAY).passed).toBe(true);
        for (const [position, character] of [...number].entries()) {
          const others = position === 17 ? [...DIGITS, 'X'] : DIGITS;
          for (const other of others.filter((candidate) => candidate !== character)) {
            if (checkResidentIdentityNumber(replaced(number, position, other), TODAY).passed) return false;
          }
          const swap = swapped(number, position);
          if (position < 17 && swap !== number && checkResidentIdentityNumber(swap, TODAY).passed)
            return false;
        }
        return true;
      }),
      { numRuns: 100 },
    );
  });

  test('an impossible day of the check or part of a made number is refused', () => {
    expect(() => checkResidentIdentityNumber('11010519491231002X', '2026-02-29')).toThrow(RangeError);
    expect(() => makeResidentIdentityNumber('11010', '1990-01-01', '001')).toThrow(RangeError);
    expect(() => makeResidentIdentityNumber('110105', '1990-02-30', '001')).toThrow(RangeError);
    expect(() => makeResidentIdentityNumber('110105', '1990-01-01', '1')).toThrow(RangeError);
  });
});

describe('validity', () => {
  test.each([
    ['on its first day', '2026-03-01', '2027-02-28', 'validity_valid'],
    ['on its last day', '2020-01-01', '2026-03-01', 'validity_valid'],
    ['long-term', '2020-01-01', null, 'validity_valid'],
    ['the day after its last', '2020-01-01', '2026-02-28', 'validity_expired'],
    ['the day before its first', '2026-03-02', null, 'validity_not_started'],
    ['ending before it begins', '2026-01-01', '2025-01-01', 'validity_reversed'],
    ['from a day the calendar lacks', '2025-02-29', null, 'validity_date'],
    ['until a day of another form', '2025-01-01', '2027/01/01', 'validity_date'],
  ])('a credential %s', (_name, validFrom, validUntil, expected) => {
    expect(checkValidity({ validFrom, validUntil }, TODAY)).toMatchObject({
      check: 'validity',
      code: expected,
      passed: expected === 'validity_valid',
    });
  });

  test('an impossible day of the check is refused', () => {
    expect(() => checkValidity({ validFrom: TODAY, validUntil: null }, 'today')).toThrow(RangeError);
  });
});

describe('bank account', () => {
  test.each([
    ['a card of 16 digits', '4111 1111 1111 1111', 'card', 'bank_account_valid'],
    ['a card of 19 digits', completeLuhn('622202100111624570'), 'card', 'bank_account_valid'],
    ['a card in full-width digits', '４１１１１１１１１１１１１１１１', 'card', 'bank_account_valid'],
    ['a card of 15 digits', '378282246310005', 'card', 'bank_account_length'],
    ['a card with a letter', '411111111111111A', 'card', 'bank_account_character'],
    ['a mistyped card', '4111111111111112', 'card', 'bank_account_check_digit'],
    ['a corporate account of 9 digits', '123456789', 'corporate', 'bank_account_valid'],
    ['a corporate account of 32 digits', '1'.repeat(32), 'corporate', 'bank_account_valid'],
    ['a corporate account of 8 digits', '12345678', 'corporate', 'bank_account_length'],
    ['a corporate account of 33 digits', '1'.repeat(33), 'corporate', 'bank_account_length'],
    ['nothing', '', 'corporate', 'bank_account_length'],
  ] as const)('%s', (_name, number, type, expected) => {
    expect(checkBankAccount(number, type)).toMatchObject({
      check: 'bank_account',
      code: expected,
      passed: expected === 'bank_account_valid',
    });
  });

  test('every changed digit, and every swap of neighbours but 09 and 90, is found', () => {
    const body = fc.array(fc.constantFrom(...DIGITS), { minLength: 15, maxLength: 18 });
    fc.assert(
      fc.property(body, (digits) => {
        const number = completeLuhn(digits.join(''));
        expect(checkBankAccount(number, 'card').passed).toBe(true);
        for (const [position, digit] of [...number].entries()) {
          for (const other of DIGITS.filter((candidate) => candidate !== digit)) {
            if (checkBankAccount(replaced(number, position, other), 'card').passed) return false;
          }
          const pair = number.slice(position, position + 2);
          const swap = swapped(number, position);
          const isBlindSpot = pair === '09' || pair === '90';
          if (pair.length === 2 && swap !== number && !isBlindSpot && checkBankAccount(swap, 'card').passed) {
            return false;
          }
        }
        return true;
      }),
    );
  });

  test('only digits can be completed', () => {
    expect(() => completeLuhn('6222-')).toThrow(RangeError);
  });
});

describe('normalising and masking', () => {
  test('full-width characters become half-width, white space goes, letters become capitals', () => {
    expect(normaliseNumber(' ９１ｍ　0\t1x ')).toBe('91M01X');
  });

  test('normalising twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = normaliseNumber(text);
        return normaliseNumber(once) === once;
      }),
    );
  });

  test.each([
    ['11010519491231002X', '**************002X'],
    ['110105491231002', '************002'],
    ['6222 0210 0111 6245', '************6245'],
    ['1234567', '*******'],
    ['', ''],
  ])('%s is shown as %s', (number, shown) => {
    expect(mask(number)).toBe(shown);
  });

  test('what is masked is a text that can be kept, whatever was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => !/\p{Surrogate}/u.test(mask(typed))),
      {
        examples: [['12345👩🏽‍🌾👩🏽‍🌾'], ['😀😀😀😀😀']],
      },
    );
  });

  test('a masked identity number shows nothing of the birth date', () => {
    fc.assert(fc.property(identityNumber, (number) => mask(number).slice(0, 14) === '*'.repeat(14)));
  });
});

describe('phone', () => {
  test.each([
    ['138 0013 8000', '+8613800138000', 'phone_valid'],
    ['１３８００１３８０００', '+8613800138000', 'phone_valid'],
    ['86 138-0013-8000', '+8613800138000', 'phone_valid'],
    ['0086 13800138000', '+8613800138000', 'phone_valid'],
    ['+86 138 0013 8000', '+8613800138000', 'phone_valid'],
    ['+44 (20) 7946.0958', '+442079460958', 'phone_valid'],
    ['+8612800138000', '+8612800138000', 'phone_mainland_mobile'],
    ['+861380013800', '+861380013800', 'phone_mainland_mobile'],
    ['1380013800', '1380013800', 'phone_e164'],
    ['+0441234567', '+0441234567', 'phone_e164'],
    ['+4412345678901234', '+4412345678901234', 'phone_e164'],
    ['call me', 'CALLME', 'phone_e164'],
  ])('%s becomes %s: %s', (text, normalised, expected) => {
    expect(normalisePhone(text)).toBe(normalised);
    expect(checkPhone(text)).toMatchObject({
      check: 'phone',
      code: expected,
      passed: expected === 'phone_valid',
    });
  });
});
