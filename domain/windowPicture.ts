import type { LineState, OrderReturn } from './order';
import { windowEnd } from './returnWindow';

/** Facts of a line. Times are milliseconds since 1970. */
export interface PictureLine {
  lineId: string;
  state: LineState;
  shippedAt: number | null;
  deliveredAt: number | null;
  /** When its return window ended; kept also if all of it was returned after that. */
  closedAt: number | null;
}

/** A period of a line, for a bar in a chart. `to` is null while it is ongoing. */
export interface PictureStretch {
  kind: 'on_the_way' | 'window' | 'paused';
  from: number;
  to: number | null;
}

/** Data of the return window chart of a line. Times are milliseconds since 1970. */
export interface WindowPicture {
  lineId: string;
  state: LineState;
  paidAt: number;
  shippedAt: number | null;
  deliveredAt: number | null;
  /** Null before delivery, and if the line was canceled or returned before delivery. */
  window: {
    beginsAt: number;
    /** Null while an open return pauses it, and if everything was returned before it ended. */
    endsAt: number | null;
    /** Length of the return window without pauses. */
    lengthMs: number;
    /** Returns that paused it, without later ones and those of other lines. */
    pauses: { returnId: string; from: number; to: number | null }[];
  } | null;
  /** Consecutive periods without gaps, from payment to the end of the return window. */
  stretches: PictureStretch[];
  closedAt: number | null;
  /** When its commissions became due. */
  dueAt: number | null;
}

/**
 * Computes the return window of one line: delivery, pauses by returns, end.
 * @param windowMs length of the window, pinned from the plan
 * @param returns of the whole order
 * @param dueAt when the commissions of the line became due
 */
export function windowPicture(
  line: PictureLine,
  paidAt: number,
  windowMs: number,
  returns: Pick<OrderReturn, 'id' | 'state' | 'requestedAt' | 'resolvedAt' | 'lines'>[],
  dueAt: number | null,
): WindowPicture {
  const { deliveredAt, closedAt } = line;
  const ofLine = returns
    .filter((entry) => entry.lines.some(({ lineId }) => lineId === line.lineId))
    .sort((a, b) => a.requestedAt - b.requestedAt);
  const picture = {
    lineId: line.lineId,
    state: line.state,
    paidAt,
    shippedAt: line.shippedAt,
    deliveredAt,
    closedAt,
    dueAt,
  };
  if (deliveredAt === null) {
    const over = line.state === 'canceled' || line.state === 'returned';
    const to = line.state === 'returned' ? lastResolved(ofLine) : null;
    return {
      ...picture,
      window: null,
      stretches: over && to === null ? [] : [{ kind: 'on_the_way', from: paidAt, to }],
    };
  }
  const whole = windowEnd(
    deliveredAt,
    windowMs,
    ofLine.map(({ requestedAt, resolvedAt }) => ({ start: requestedAt, end: resolvedAt })),
  );
  const pauses = ofLine
    .map(({ id, requestedAt, resolvedAt }) => ({
      returnId: id,
      from: Math.max(requestedAt, deliveredAt),
      to: resolvedAt,
    }))
    // Returns decided before delivery, or requested after the end, paused nothing.
    .filter(({ from, to }) => (to === null || to > from) && (whole === null || from < whole));
  // A line fully returned before the end of its window has no window end, only the end of the return.
  const cutShort = line.state === 'returned' && closedAt === null;
  const last = cutShort ? lastResolved(ofLine) : whole;
  return {
    ...picture,
    window: { beginsAt: deliveredAt, endsAt: cutShort ? null : whole, lengthMs: windowMs, pauses },
    stretches: [
      { kind: 'on_the_way', from: paidAt, to: deliveredAt },
      ...stretchesOf(deliveredAt, last, pauses),
    ],
  };
}

function lastResolved(returns: { resolvedAt: number | null }[]): number | null {
  const times = returns.flatMap(({ resolvedAt }) => (resolvedAt === null ? [] : [resolvedAt]));
  return times.length ? Math.max(...times) : null;
}

/** Splits the time from delivery to the end into running and paused periods. */
function stretchesOf(
  begin: number,
  end: number | null,
  pauses: { from: number; to: number | null }[],
): PictureStretch[] {
  const stretches: PictureStretch[] = [];
  let clock = begin;
  for (const { from, to } of pauses) {
    if (to !== null && to <= clock) continue;
    if (from > clock) stretches.push({ kind: 'window', from: clock, to: from });
    const before = stretches.at(-1);
    // Overlapping returns are one pause.
    if (before?.kind === 'paused' && from <= clock) before.to = to;
    else stretches.push({ kind: 'paused', from: Math.max(from, clock), to });
    if (to === null) return stretches;
    clock = to;
  }
  if (end === null || end > clock) stretches.push({ kind: 'window', from: clock, to: end });
  return stretches;
}
