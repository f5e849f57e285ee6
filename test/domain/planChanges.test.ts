import { planTermsSchema } from '../../domain/plan';
import { planChanges } from '../../domain/planChanges';

const terms = (levels: object[], more = {}) => planTermsSchema.parse({ levels, ...more });
const rate = (rateBp: number) => ({ rateBp });
const tea = (fixed: number, currency = 'CNY') => ({ sku: 'TEA', earning: { fixed, currency } });

test('a version with the same terms changes nothing, whatever the order of its rules', () => {
  const gold = { tier: 'gold', earning: rate(900) };
  const before = terms([{ default: rate(800), rules: [tea(100), tea(20, 'GBP'), gold] }]);
  const after = terms([{ default: rate(800), rules: [gold, tea(20, 'GBP'), tea(100)] }]);
  expect(planChanges(before, after)).toEqual({ terms: [], earnings: [] });
});

test('the changes of a version are listed by level and subject, with what was paid before', () => {
  const before = terms([{ default: rate(800), rules: [tea(100), { tier: 'gold', earning: rate(900) }] }]);
  const after = terms(
    [
      { default: rate(1000), rules: [tea(100), tea(20, 'GBP'), { category: 'tea', earning: rate(0) }] },
      { default: rate(200) },
    ],
    { returnWindowDays: 14, automaticRelease: true },
  );
  expect(planChanges(before, after)).toEqual({
    terms: ['returnWindowDays', 'automaticRelease'],
    earnings: [
      { level: 1, subject: {}, before: [rate(800)], after: [rate(1000)] },
      {
        level: 1,
        subject: { sku: 'TEA' },
        before: [{ fixed: 100, currency: 'CNY' }],
        after: [
          { fixed: 100, currency: 'CNY' },
          { fixed: 20, currency: 'GBP' },
        ],
      },
      { level: 1, subject: { tier: 'gold' }, before: [rate(900)], after: [] },
      { level: 1, subject: { category: 'tea' }, before: [], after: [rate(0)] },
      { level: 2, subject: {}, before: [], after: [rate(200)] },
    ],
  });
});

test('a dropped level is listed with all that it paid', () => {
  const one = { default: rate(800) };
  const { earnings } = planChanges(terms([one, { default: rate(200), rules: [tea(5)] }]), terms([one]));
  expect(earnings.map(({ level, after }) => [level, after])).toEqual([
    [2, []],
    [2, []],
  ]);
});
