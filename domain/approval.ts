/**
 * Number of different people who must approve.
 * @param amount minor units
 * @param secondAbove amounts above this, in minor units, need two
 */
export function approvalsNeeded(amount: number, secondAbove: number): 1 | 2 {
  return amount > secondAbove ? 2 : 1;
}
