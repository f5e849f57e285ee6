import type { ScaledAmount } from '../decimal';
import type { ZonedTime } from '../zonedTime';
import type { RejectReason } from './shopExportItems';
import type { CsvFields } from './table';

/** Data of every row. */
export interface RowFacts {
  readonly row: number;
  /** Invoice or order; empty if the row has none. */
  readonly orderId: string;
  readonly sku: string;
  readonly quantity?: number;
  /** Amount of the row in the file total, signed, or `undefined` if unreadable. */
  readonly amount?: ScaledAmount;
  /** ISO 4217; `XXX`, its code for no currency, if unreadable. */
  readonly currency: string;
}

/** A sale. Money in minor units. */
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

/** A cancellation, to be matched to purchases. */
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

/** A row that cannot be imported, regardless of other rows. */
export interface UnusableRow extends RowFacts {
  readonly kind: 'unusable';
  readonly reason: RejectReason;
  readonly detail: string;
}

export type ParsedRow = SaleRow | CancellationRow | UnusableRow;

/** A file format: columns, and how to read a row. */
export interface ExportFormat {
  readonly name: string;
  readonly requiredColumns: readonly string[];
  /** Columns with the same value in every row of an order. If blank in a further row, the first row's value is used. */
  readonly orderColumns: readonly string[];
  /**
   * Reject reasons whose correction would make the row a line of its order: the order waits for it. Rows rejected for
   * other reasons are skipped for good.
   */
  readonly correctable: ReadonlySet<RejectReason>;
  /** Order of a row; empty if the row has none. */
  readonly orderIdOf: (fields: CsvFields) => string;
  /** Whether orders count as delivered a number of days after payment, because the file has no deliveries. */
  readonly assumesDelivery: boolean;
  /** Whether returns are separate rows, to be matched to purchases. */
  readonly hasCancellations: boolean;
  readonly parse: (row: number, fields: CsvFields) => ParsedRow;
}

/** Format of whole numbers in exports; max nine digits keeps quantity × price exact. */
export const WHOLE_NUMBER = /^-?\d{1,9}$/;
