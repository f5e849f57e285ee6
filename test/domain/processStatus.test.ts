import { adviseOnStuck, type StuckKind, stuckAfter } from '../../api/reports/stuckAdvice';
import { statusOf } from '../../domain/processStatus';

test('an order waits for its delivery, then for the window or the decision on a return', () => {
  const open = { finished: false, nextWindowEnd: null, openReturns: [] };
  const waits = (progress: Parameters<typeof statusOf.order>[0]) =>
    statusOf.order(progress).waitsFor.map(({ what, from, until }) => [what, from, until]);
  expect(waits(undefined)).toEqual([['payment', 'shop', null]]);
  expect(waits(open)).toEqual([['delivery', 'shop', null]]);
  expect(waits({ ...open, nextWindowEnd: 7, openReturns: ['r'] })).toEqual([
    ['window_end', 'clock', 7],
    ['return_decision', 'shop', null],
  ]);
  expect(statusOf.order({ ...open, finished: true })).toEqual({ state: 'closed', waitsFor: [] });
});

test('an application shows who must act, until when, and which mails are not sent', () => {
  const progress = { state: 'changes_requested', checked: true, reminderAt: 3, deadline: 9 } as const;
  expect(statusOf.application(progress, ['m'])).toEqual({
    state: 'changes_requested',
    waitsFor: [
      { what: 'changes', from: 'applicant', until: 9 },
      { what: 'mail', from: 'system', until: null, which: ['m'] },
    ],
  });
  expect(statusOf.application({ ...progress, state: 'in_review' }, []).waitsFor).toEqual([
    { what: 'decision', from: 'compliance', until: null },
  ]);
  expect(statusOf.application({ ...progress, state: 'approved' }, []).waitsFor).toEqual([]);
});

test('a withdrawal by provider shows when the provider is asked again; one by file has nothing pending', () => {
  expect(statusOf.withdrawal({ state: 'paying', method: 'http' }, 5).waitsFor).toEqual([
    { what: 'payout_answer', from: 'provider', until: 5 },
  ]);
  expect(statusOf.withdrawal({ state: 'approved', method: 'file' }, null).waitsFor).toEqual([]);
});

test.each(Object.keys(stuckAfter) as StuckKind[])(
  'stuck work of kind %s says what to do in both languages',
  (kind) => {
    const advice = adviseOnStuck({
      kind,
      subject: 'order/4711',
      activity: { type: 'payOrder', attempt: 4, error: 'away' },
      mail: { key: 'application/1/a', error: 'full' },
      event: { orderId: '4711', key: 'delivered/all/5', type: 'delivered', message: 'too late' },
    });
    expect(advice.what.zh + advice.remedy.zh).toMatch(/\p{Script=Han}/u);
    expect(advice.what.en + advice.remedy.en).not.toMatch(/\p{Script=Han}|undefined/u);
    expect(advice.href).toBe('/orders/4711');
  },
);
