/**
 * From these on, organising a scheme that pays by recruitment is prosecuted (公通字〔2013〕37号 article 1): thirty
 * people and three levels, where the person at the top counts as the first level.
 */
const PEOPLE = 30;
const LEVELS = 3;
/** Early enough to review a tree before it is too large. */
const NEAR_PEOPLE = 24;

/** A sponsor tree is close to the size limit of the law. */
export interface SponsorTreeAlert {
  measure: 'people' | 'levels';
  /** The threshold reached; one alert per threshold and tree. */
  bound: number;
  /** Current size of the tree. */
  value: number;
}

/**
 * Checks the size of a sponsor tree.
 * @param size everybody in the tree including the one at its top, and its levels counted likewise
 */
export function sponsorTreeAlerts(size: { people: number; levels: number }): SponsorTreeAlert[] {
  const people = [PEOPLE, NEAR_PEOPLE].find((bound) => size.people >= bound);
  return [
    ...(people ? [{ measure: 'people' as const, bound: people, value: size.people }] : []),
    ...(size.levels >= LEVELS
      ? [{ measure: 'levels' as const, bound: size.levels, value: size.levels }]
      : []),
  ];
}
