import fc from 'fast-check';
import {
  ACCOUNT_FIELDS,
  type AccountChangeProgress,
  afterApproval,
  CONFIRMATIONS,
  canChange,
  confirmationOf,
  isEnded,
  laterOf,
} from '../../domain/accountChange';
import { kinds } from '../../domain/kinds';
import { accountChangeMail } from '../../domain/mail/accountChange';
import { statusOf } from '../../domain/processStatus';

const progress = fc.record<AccountChangeProgress>({
  state: fc.constantFrom(...kinds.account_change.states),
  confirmation: fc.constantFrom(...CONFIRMATIONS),
  effectiveAt: fc.option(fc.integer({ min: 0 })),
});

test.each([
  ['bank_account', true, 'second_person', 'approved'],
  ['bank_account', false, 'none', 'confirmed'],
  ['email', true, 'new_address', 'approved'],
  ['email', false, 'new_address', 'approved'],
  ['phone', true, 'none', 'confirmed'],
  ['name', true, 'none', 'confirmed'],
] as const)(
  'a change of %s, with a second person asked for: %p, is confirmed by %s',
  (field, second, by, state) => {
    expect(confirmationOf(field, second)).toBe(by);
    expect(afterApproval(by)).toBe(state);
  },
);

test('of a terminated distributor only the account can be changed, while money is owed', () => {
  for (const field of ACCOUNT_FIELDS) {
    for (const state of ['active', 'suspended'] as const)
      expect(canChange(field, { state, owed: false })).toBe(true);
    expect(canChange(field, { state: 'terminated', owed: true })).toBe(field === 'bank_account');
    expect(canChange(field, { state: 'terminated', owed: false })).toBe(false);
  }
});

test('a change that has ended is never taken for an open one, in whatever order the answers come', () => {
  fc.assert(
    fc.property(progress, progress, (one, other) => {
      const later = laterOf(one, other);
      expect([one, other]).toContainEqual(later);
      if (isEnded(one.state) || isEnded(other.state)) expect(isEnded(later.state)).toBe(true);
      expect(laterOf(undefined, one)).toBe(one);
    }),
  );
});

test('an open change waits for one thing, an ended one for nothing', () => {
  fc.assert(
    fc.property(progress, (known) => {
      const { state, waitsFor } = statusOf.account_change(known);
      expect(state).toBe(known.state);
      expect(waitsFor).toHaveLength(isEnded(known.state) ? 0 : 1);
      if (state === 'confirmed') expect(waitsFor[0]?.until).toBe(known.effectiveAt);
    }),
  );
});

test.each(ACCOUNT_FIELDS)('mails about a change of %s say in both languages what it is about', (field) => {
  for (const step of ['requested', 'confirm_address', 'in_effect', 'rejected', 'canceled'] as const) {
    for (const locale of ['zh-CN', 'en'] as const) {
      const news = { step, field, from: 'OLD', to: 'NEW', reason: 'WHY', waitingMs: 86_400_000 };
      const { subject, body } = accountChangeMail({ brand: 'Brand', locale, name: 'Li' }, news);
      expect(`${subject}\n${body}`).not.toMatch(/undefined|null|NaN/);
      expect(/\p{Script=Han}/u.test(body)).toBe(locale === 'zh-CN');
      if (step === 'requested' || step === 'in_effect') expect(body).toMatch(/OLD[\s\S]*NEW/);
      if (step === 'rejected' || step === 'canceled') expect(body).toContain('WHY');
      expect(body.includes('{{confirm-address}}')).toBe(step === 'confirm_address');
    }
  }
});
