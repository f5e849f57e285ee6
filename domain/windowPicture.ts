import type { LineState, OrderReturn } from './order';
import { windowEnd } from './returnWindow';

/** What is known of a line. Times are milliseconds since 1970. */
export interface PictureLine {
  lineId: string;
  state: LineState;
  shippedAt: number | null;
  deliveredAt: number | null;
  /** When its window was found to be over; kept also when all of it came back after that. */
  closedAt: number | null;
}

/** A stretch of a line's time, for a bar in a picture. `to` is null while it lasts. */
export interface PictureStretch {
  kind: 'on_the_way' | 'window' | 'paused';
  from: number;
  to: number | null;
}

/** What a picture of a line's return window is drawn from. Times are milliseconds since 1970. */
export interface WindowPicture {
  lineId: string;
  state: LineState;
  paidAt: number;
  shippedAt: number | null;
  deliveredAt: number | null;
  /** Null before the delivery, and where the line was canceled or came back before any delivery. */
  window: {
    beginsAt: number;
    /** Null while an open return keeps it from ending, and where everything came back before it was over. */
    endsAt: number | null;
    /** Of the window itself, without pauses. */
    lengthMs: number;
    /** Returns that made it stand still. Later ones, and those of other lines, are not among them. */
    pauses: { returnId: string; from: number; to: number | null }[];
  } | null;
  /** In turn, without gaps: from the payment to the end of the window. */
  stretches: PictureStretch[];
  closedAt: number | null;
  /** When its commissions became due. */
  dueAt: number | null;
}

/**
 * Draws the return window of one line from what happened: delivered when, which returns paused it, ending when.
 * @param windowMs length of the window, pinned from the plan
 * @param returns of the whole order
 * @param dueAt when the commissions of the line became due, as they have it
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
    // One decided before the delivery paused nothing, nor did one asked for when the window was over.
    .filter(({ from, to }) => (to === null || to > from) && (whole === null || from < whole));
  // What came back whole before its window was over has no end of the window, only one of the return.
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

/** Cuts the time from the delivery to the end into stretches that run and stretches that stand still. */
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
