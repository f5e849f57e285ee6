import { actors, isReservedName } from '../../domain/actors';

test.each([
  ...Object.keys(actors),
  ...Object.values(actors).flatMap(({ zh, en }) => [zh, en]),
  'SHOP',
  'Ｓｙｓｔｅｍ',
  'sh\u200bop',
  's\u00adhop',
  'sh\u3164op',
  'sys\u2060tem\ufeff',
  'shóp',
  ' s h o p ',
  '- shop -',
  'sh0p',
  'ｓｈｏｐ！',
  'ѕһор',
  'sуstem',
  'ѕуѕтем',
  'cIock',
  '系 统',
  '商\u200b城',
])('%j is a name of the platform, not of a user', (name) => {
  expect(isReservedName(name)).toBe(true);
});

test.each([
  'Shop Zhang',
  'Bishop',
  'shopping',
  '王系统',
  '上海商城有限公司',
  'Systema',
  'staff 2',
  '李雷',
  'Шопен',
  '',
])('%j may be the name of a user', (name) => {
  expect(isReservedName(name)).toBe(false);
});
