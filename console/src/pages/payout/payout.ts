/** State of a batch for display: an open batch waits for confirmation, unlike an open order. */
export const payoutState = (state: string): string => (state === 'open' ? 'to_confirm' : state);
