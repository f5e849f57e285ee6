import fc from 'fast-check';
import { checkHolder, checkHolders, namesAgree } from '../../domain/holderName';

test.each([
  ['买买提·吐尔逊', '买买提•吐尔逊'],
  ['买买提·吐尔逊', '买买提．吐尔逊'],
  ['买买提·吐尔逊', '买买提・吐尔逊'],
  ['买买提·吐尔逊', '买买提 吐尔逊'],
  ['买买提·吐尔逊', '买买提ㆍ吐尔逊'],
  ['买买提·吐尔逊', '买买提吐尔逊'],
  ['王小明', ' 王　小明 '],
  ['Li Wei', 'WEI LI'],
  ['Li Wei', 'Ｌｉ，　Ｗｅｉ'],
  ['Wei LI', 'li wei'],
  ['Li Xiaoming', 'XIAO MING LI'],
  ['Smith, John Paul', 'Paul John Smith'],
  ["Sinéad O'Neil", 'ONEIL SINEAD'],
  ['Mary-Ann Smith', 'SMITH MARY ANN'],
])('%s and %s are one person', (one, other) => {
  expect([namesAgree('person', one, other), namesAgree('person', other, one)]).toEqual([true, true]);
});

test.each([
  ['王小明', '王晓明'],
  ['王小明', '明小王'],
  ['王小明', '小明 王'],
  ['王小明', '王小明明'],
  ['Li Wei', 'Li Wen'],
  ['Li Wei', 'Li'],
  ['Li Wei', 'Wiel'],
  ['王小明', 'Wang Xiaoming'],
  ['···', '···'],
  ['か', 'が'],
])('%s and %s are not one person', (one, other) => {
  expect([namesAgree('person', one, other), namesAgree('person', other, one)]).toEqual([false, false]);
});

test.each([
  ['福州（中国）贸易有限公司', '福州(中国)贸易有限公司', true],
  ['福州贸易有限公司', '福州 贸易有限公司', true],
  ['Tea House Ltd.', 'TEA HOUSE LTD', true],
  ['Tea House Ltd.', 'House Tea Ltd.', false],
  ['福州贸易有限公司', '王小明', false],
])('companies: %s and %s agree: %p', (one, other, agree) => {
  expect(namesAgree('company', one, other)).toBe(agree);
});

test('each name agrees with itself in capitals, full-width and with spaces around', () => {
  const letters = fc.string({ unit: fc.constantFrom(..."abzé王明·' -"), minLength: 1 });
  const named = letters.filter((text) => /\p{L}/u.test(text));
  const wide = (text: string) =>
    text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
  fc.assert(
    fc.property(fc.constantFrom('person' as const, 'company' as const), named, (kind, name) => {
      for (const form of [name, name.toUpperCase(), ` ${name} `, wide(name)])
        expect([form, namesAgree(kind, name, form)]).toEqual([form, true]);
    }),
  );
});

test('a check result contains no name', () => {
  expect(checkHolder('person', '王小明', 'Li Wei')).toMatchObject({ passed: false, code: 'holder_differs' });
  expect(checkHolder('person', '王小明', 'Li Wei').reason).not.toMatch(/王|Wei/);
  expect(checkHolder('company', '甲公司', '甲 公司')).toMatchObject({ passed: true, code: 'holder_agrees' });
});

const own = {
  kind: 'person' as const,
  name: '王小明',
  identityNumber: '11010519491231002X',
  accountHolder: '王小明',
  credentials: [{ type: 'resident_identity_card', holder: '王小明', number: '11010519491231002x' }],
};
const failed = (held: Parameters<typeof checkHolders>[0]) =>
  checkHolders(held).flatMap(({ name, passed }) => (passed ? [] : [name]));

test('account and identity card of the applicant pass', () => {
  expect(failed(own)).toEqual([]);
  expect(checkHolders(own).map(({ name }) => name)).toEqual([
    'holder/bank_account',
    'credential/1/holder',
    'credential/1/identity',
  ]);
});

test('an account of somebody else and an identity card of a third person fail three checks', () => {
  const card = { type: 'resident_identity_card', holder: '张三', number: '110101199003070038' };
  expect(failed({ ...own, accountHolder: '李四', credentials: [card] })).toEqual([
    'holder/bank_account',
    'credential/1/holder',
    'credential/1/identity',
  ]);
});

test('account and licence of a company are those of the company; the identity card is that of its representative', () => {
  const company = {
    kind: 'company' as const,
    name: '福州贸易有限公司',
    identityNumber: '91350100M000100Y43',
    accountHolder: '福州贸易有限公司',
    credentials: [
      { type: 'business_license', holder: '福州贸易有限公司', number: '91350100M000100Y43' },
      { type: 'food_permit', holder: '福州贸易有限公司', number: 'JY1' },
      { type: 'resident_identity_card', holder: '王小明', number: '11010519491231002X' },
    ],
  };
  expect(failed(company)).toEqual([]);
  expect(failed({ ...company, accountHolder: '王小明' })).toEqual(['holder/bank_account']);
  const [license] = company.credentials;
  expect(failed({ ...company, credentials: [{ ...license!, number: '91350100M000100Y4X' }] })).toEqual([
    'credential/1/identity',
  ]);
});
