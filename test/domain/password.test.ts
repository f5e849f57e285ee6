import { passwordFault } from '../../domain/password';

test.each([
  ['eleven char', 'li@example.com', 'too_short'],
  // Twelve UTF-16 units, six characters.
  ['😀😀😀😀😀😀', 'li@example.com', 'too_short'],
  ['my li@Example.com here', 'li@example.com', 'contains_address'],
  ['wangxiaoming-2026!', 'wangxiaoming@example.com', 'contains_address'],
  ['1Q2W3E4R5T6Y', 'li@example.com', 'too_common'],
  // Full-width letters are the same keys.
  ['ｐａｓｓｗｏｒｄ１２３４', 'li@example.com', 'too_common'],
  ['abababababababab', 'li@example.com', 'too_common'],
  // No rules of composition: words will do, also Chinese ones, also with a short name in them.
  ['quiet river under stones', 'li@example.com', undefined],
  ['春天的河水流过石头下面去', 'li@example.com', undefined],
  ['delicate delights 7', 'li@example.com', undefined],
])('the password %s of %s: %s', (password, email, fault) => {
  expect(passwordFault(password, email)).toBe(fault);
});
