/** Period in which a return was open; `end` is null while it is open. Milliseconds since 1970. */
export interface Pause {
  start: number;
  end: number | null;
}

/**
 * When the return window of a line ends. It runs from delivery (消费者权益保护法第二十五条: from receipt) and is
 * paused while a return of the line is open. It is always recomputed from all events, so the order in which they
 * arrive does not matter.
 * @param deliveredAt milliseconds since 1970
 * @param length milliseconds
 * @param pauses open and finished returns of the line, in any order, overlaps allowed
 * @returns milliseconds since 1970, or null while an open return pauses the window
 */
export function windowEnd(deliveredAt: number, length: number, pauses: Pause[]): number | null {
  let clock = deliveredAt;
  let remaining = length;
  for (const pause of [...pauses].sort((a, b) => a.start - b.start)) {
    // A return requested after the end of the window pauses nothing.
    if (pause.start >= clock + remaining) break;
    remaining -= Math.max(0, pause.start - clock);
    if (pause.end === null) return null;
    clock = Math.max(clock, pause.start, pause.end);
  }
  return clock + remaining;
}
