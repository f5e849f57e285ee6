import type { Money } from './money';
import { oneLine } from './storableText';

/** Outcome of a payout, as stated by the provider. */
export type PayoutOutcome =
  | { status: 'paid'; reference?: string }
  | { status: 'failed'; reason: string; reference?: string };

/** State of a payout after an instruction or inquiry to the provider. */
export type PayoutAnswer =
  | PayoutOutcome
  /** The provider has accepted it and is not finished. */
  | { status: 'pending'; reference?: string }
  /** No response, or an inconclusive one. The payment may have been made. */
  | { status: 'unknown'; reason: string }
  /** The provider does not know this payout. */
  | { status: 'not_known' };

/** An HTTP response: status and body, parsed if it is JSON. */
export interface HttpAnswer {
  status: number;
  body: unknown;
}

// These are about the caller, the address or the time, not about the payout.
const undecided = new Set([401, 403, 404, 405, 407, 408, 409, 421, 423, 425, 426, 429]);

/** Interprets the response to a payout instruction. Only a clear statement of the provider counts as an outcome. */
export function readInstructionAnswer({ status, body }: HttpAnswer): PayoutAnswer {
  const reported = readStatus(body);
  if (status >= 200 && status < 300 && reported) return reported;
  if (status >= 400 && status < 500 && !undecided.has(status)) {
    const reason = textOf(body, 'reason') ?? textOf(body, 'detail') ?? textOf(body, 'message');
    if (reason) return { status: 'failed', reason, reference: textOf(body, 'reference') };
  }
  return { status: 'unknown', reason: `the provider responded with ${status}` };
}

/** Interprets the response to an inquiry about a payout. */
export function readInquiryAnswer({ status, body }: HttpAnswer): PayoutAnswer {
  if (status === 200) {
    const reported = readStatus(body);
    if (reported) return reported;
  }
  // A 404 without a JSON body can come from a proxy or a wrong address; only the provider's own response counts.
  if (status === 404 && typeof body === 'object' && body !== null) return { status: 'not_known' };
  return { status: 'unknown', reason: `the provider responded with ${status}` };
}

function readStatus(body: unknown): PayoutAnswer | undefined {
  const reference = textOf(body, 'reference');
  switch (textOf(body, 'status')) {
    case 'paid':
      return { status: 'paid', reference };
    case 'accepted':
    case 'pending':
      return { status: 'pending', reference };
    case 'failed':
      return { status: 'failed', reason: textOf(body, 'reason') ?? 'the provider gave no reason', reference };
    default:
      return undefined;
  }
}

const longestText = 1000;

function textOf(body: unknown, field: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value = (body as Record<string, unknown>)[field];
  return typeof value === 'string' && value !== '' ? oneLine(value, longestText) : undefined;
}

/** Longest wait between two inquiries to the provider. */
export const longestInquiryDelayMs = 15 * 60_000;

/**
 * Waiting time before the next inquiry to the provider.
 * @param question 0 for the first
 * @param firstMs the first wait, in milliseconds; each further one is twice as long, up to 15 minutes
 */
export function inquiryDelayMs(question: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(question, 30), longestInquiryDelayMs);
}

/**
 * An amount in major units as text: `1999 CNY` is `19.99`, `1999 JPY` is `1999`.
 * @param money whole minor units
 */
export function majorUnits({ amount, currency }: Money): string {
  const digits = minorUnitDigits(currency);
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const sign = amount < 0 ? '-' : '';
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

// The runtime's CLDR data rounds some currencies to cash units; amounts use ISO 4217.
const isoDigits: Record<string, number> = {
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

function minorUnitDigits(currency: string): number {
  return isoDigits[currency] ?? 2;
}
