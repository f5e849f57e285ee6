/** An order line that can still be returned. */
export interface Purchase {
  readonly orderExternalId: string;
  readonly lineId: string;
  /** Minor units per unit. */
  readonly unitPrice: number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly paidAt: number;
  readonly quantity: number;
}

/** Units of one purchase returned by a cancellation. */
export interface MatchedPurchase {
  readonly purchase: Purchase;
  readonly quantity: number;
}

/** Knows what customers bought and have not returned, so that a cancellation finds its purchases. */
export interface PurchaseHistory {
  /**
   * Remembers a line sold.
   *
   * @param customerId customer in the shop; not empty
   * @param sku product
   * @param purchase the line
   */
  add(customerId: string, sku: string, purchase: Purchase): void;
  /**
   * Matches units to the customer's purchases of the product that were paid no later than the
   * cancellation: the newest first, of two at the same time the one added later, across as many as needed.
   *
   * @param quantity units, above zero
   * @param at instant of the cancellation in milliseconds
   * @returns the purchases found, whose quantities add up to max `quantity`
   */
  takeBack(customerId: string, sku: string, quantity: number, at: number): MatchedPurchase[];
}

/** Creates an empty history. Fully returned lines are removed. */
export function createPurchaseHistory(): PurchaseHistory {
  const unreturned = new Map<string, { purchase: Purchase; left: number }[]>();
  const keyOf = (customerId: string, sku: string) => JSON.stringify([customerId, sku]);

  return {
    add(customerId, sku, purchase) {
      const key = keyOf(customerId, sku);
      const lines = unreturned.get(key) ?? [];
      const after = lines.findLastIndex((line) => line.purchase.paidAt <= purchase.paidAt);
      lines.splice(after + 1, 0, { purchase, left: purchase.quantity });
      unreturned.set(key, lines);
    },

    takeBack(customerId, sku, quantity, at) {
      const key = keyOf(customerId, sku);
      const lines = unreturned.get(key) ?? [];
      const matched: MatchedPurchase[] = [];
      let open = quantity;
      for (const line of [...lines].reverse()) {
        if (open === 0) break;
        if (line.purchase.paidAt > at) continue;
        const taken = Math.min(open, line.left);
        matched.push({ purchase: line.purchase, quantity: taken });
        line.left -= taken;
        open -= taken;
      }
      const left = lines.filter((line) => line.left > 0);
      if (left.length > 0) unreturned.set(key, left);
      else unreturned.delete(key);
      return matched;
    },
  };
}
