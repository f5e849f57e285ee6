import type { ScaledAmount } from '../decimal';
import type { ZonedTime } from '../zonedTime';
import type { RejectReason } from './shopExportItems';
import type { CsvFields } from './table';

/** What every row tells, whatever becomes of it. */
export interface RowFacts {
  readonly row: number;
  /** Invoice or order; empty when the row names none. */
  readonly orderId: string;
  readonly sku: string;
  readonly quantity?: number;
  /** What the row adds to the total of the file, signed, or `undefined` when unreadable. */
  readonly amount?: ScaledAmount;
  /** ISO 4217; `XXX`, its code for no currency, when unreadable. */
  readonly currency: string;
}

/** A line sold. Money in minor units. */
export interface SaleRow extends RowFacts {
  readonly kind: 'sale';
  readonly amount: ScaledAmount;
  readonly quantity: number;
  readonly paidAt: ZonedTime;
  /** Customer in the shop; empty for a guest. */
  readonly customerId: string;
  readonly attributionCode?: string;
  readonly region: string;
  /** Line id of the file; without one, lines are numbered by the rows of their order. */
  readonly lineId?: string;
  readonly name: string;
  readonly unitPrice: number;
  readonly discount?: number;
  readonly deliveredAt?: ZonedTime;
  readonly returned?: { readonly quantity: number; readonly value: number; readonly at: ZonedTime };
}

/** A line taken back, to be matched to purchases. */
export interface CancellationRow extends RowFacts {
  readonly kind: 'cancellation';
  readonly amount: ScaledAmount;
  /** Negative, as in the file. */
  readonly quantity: number;
  readonly at: ZonedTime;
  /** Customer in the shop; empty for a guest. */
  readonly customerId: string;
  readonly unitPrice: ScaledAmount;
}

/** A row that can't be imported, whatever the rows around it. */
export interface UnusableRow extends RowFacts {
  readonly kind: 'unusable';
  readonly reason: RejectReason;
  readonly detail: string;
}

export type ParsedRow = SaleRow | CancellationRow | UnusableRow;

/** A kind of file: its columns, and how a row of it is read. */
export interface ExportFormat {
  readonly name: string;
  readonly requiredColumns: readonly string[];
  /** What every row of an order repeats. Blank on a further row, it is as on the order's first one. */
  readonly orderColumns: readonly string[];
  /**
   * Why a row of this format can't be imported, where correcting the file would make it a line of its order. Such an
   * order waits for that; other rows are left out for good.
   */
  readonly correctable: ReadonlySet<RejectReason>;
  /** The order that a row names; empty when it names none. */
  readonly orderIdOf: (fields: CsvFields) => string;
  /** Whether orders count as delivered a number of days after payment, because the file tells no delivery. */
  readonly assumesDelivery: boolean;
  /** Whether returns are rows of their own, to be matched to purchases. */
  readonly hasCancellations: boolean;
  readonly parse: (row: number, fields: CsvFields) => ParsedRow;
}

/** The form of whole numbers in exports; up to nine digits keeps quantity × price exact. */
export const WHOLE_NUMBER = /^-?\d{1,9}$/;
