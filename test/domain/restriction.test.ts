import fc from 'fast-check';
import { countingTier, type OpenRestriction, rankBy } from '../../domain/restriction';

const tiers = ['bronze', 'silver', 'gold', 'platinum'];
const rank = rankBy(tiers);

/** A distributor with these limits, the last placed first. */
const limitedTo = (...limits: string[]) => ({
  terminated: false,
  restrictions: limits.map(
    (tier): OpenRestriction => ({ id: tier, effect: 'tier_at_most', category: null, sku: null, tier }),
  ),
});

describe('a tier at most', () => {
  it.each([
    ['gold', 'silver', 'silver'],
    ['bronze', 'silver', 'bronze'],
    ['silver', 'silver', 'silver'],
  ])('of a %s distributor who is limited to %s is %s', (own, limit, counting) => {
    expect(countingTier(own, limitedTo(limit), rank)).toBe(counting);
  });

  it('is the own tier without a restriction of it', () => {
    const restrictions = limitedTo('bronze').restrictions.map((one) => ({
      ...one,
      effect: 'no_release' as const,
    }));
    expect(countingTier('gold', { terminated: false, restrictions }, rank)).toBe('gold');
  });

  it('is the lowest of the own tier and all limits, in whatever order they were placed', () => {
    const tier = fc.constantFrom(...tiers);
    fc.assert(
      fc.property(tier, fc.array(tier), (own, limits) => {
        const lowest = tiers.find((one) => one === own || limits.includes(one));
        expect(countingTier(own, limitedTo(...limits), rank)).toBe(lowest);
      }),
    );
  });

  it('is the tier of the restriction where no order of the two is known, of several the last placed', () => {
    expect(countingTier('gold', limitedTo('silver'), rankBy([]))).toBe('silver');
    expect(countingTier('bronze', limitedTo('new', 'old'), rankBy(['bronze']))).toBe('new');
  });
});
