import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { createSealer, SealError } from '../../database/sealing';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const FIELD_HASH_KEY = randomBytes(32).toString('hex');
const old = key('2025');
const sealer = createSealer({ FIELD_KEYS: old, FIELD_HASH_KEY });
const rotated = createSealer({ FIELD_KEYS: `${key('2026')},${old}`, FIELD_HASH_KEY });

test('what is sealed can be opened, and is sealed differently each time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
      const sealed = sealer.seal(plain);
      expect(sealer.open(sealed)).toBe(plain);
      expect(sealer.seal(plain)).not.toBe(sealed);
    }),
  );
});

test('after a change of keys the new one seals and the old one still opens', () => {
  const sealed = sealer.seal('6222');
  expect(rotated.open(sealed)).toBe('6222');
  expect(rotated.seal('6222')).toMatch(/^2026:/);
  expect(() => sealer.open(rotated.seal('6222'))).toThrow('there is no key "2026"');
});

test('a sealed text that was changed anywhere is not opened', () => {
  const sealed = sealer.seal('11010519491231002X');
  const bytes = Buffer.from(sealed.slice(5), 'base64');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect(() => sealer.open(`2025:${changed.toString('base64')}`)).toThrow(SealError);
  }
  const [, value] = old.split(':');
  const renamed = createSealer({ FIELD_KEYS: `other:${value}`, FIELD_HASH_KEY });
  expect(() => renamed.open(`other:${bytes.toString('base64')}`)).toThrow(SealError);
  for (const text of ['', 'plain', '2025:', '2025:AAAA']) expect(() => sealer.open(text)).toThrow(SealError);
});

test('equal numbers have equal hashes whichever key seals, however they are typed, but not across kinds or hash keys', () => {
  const { hash, masked } = sealer.protect('bank_account', '6222 0212 3456 7890');
  expect(rotated.protect('bank_account', '６２２２021234567890')).toMatchObject({ hash, masked });
  expect(sealer.protect('phone', '6222021234567890').hash).not.toBe(hash);
  const foreign = createSealer({ FIELD_KEYS: old, FIELD_HASH_KEY: randomBytes(32).toString('hex') });
  expect(foreign.protect('bank_account', '6222021234567890').hash).not.toBe(hash);
  expect(masked).toBe('************7890');
});
