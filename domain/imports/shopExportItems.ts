import type { ScaledAmount } from '../decimal';

/** An amount in integer minor units and its ISO 4217 currency, as the API writes money. */
export interface MinorAmount {
  readonly amount: number;
  readonly currency: string;
}

/** A line of an order as the API takes it; `unitPrice` and `discount` (of the whole line) in minor units. */
export interface ImportedLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly discount?: number;
}

/** An order as `POST /v1/orders` takes it. */
export interface ImportedOrder {
  readonly externalId: string;
  /** RFC 3339 with offset. */
  readonly paidAt: string;
  readonly currency: string;
  /** Absent for a guest. */
  readonly customer?: { readonly externalId: string };
  readonly attributionCode?: string;
  readonly shipTo: { readonly region: string };
  readonly lines: readonly ImportedLine[];
}

/** Lines of one order that arrived together. */
export interface ImportedDelivery {
  /** RFC 3339 with offset, never in the future. */
  readonly deliveredAt: string;
  readonly lineIds: readonly string[];
}

/** A product, the first time an accepted line sells it. The price is that of this line. */
export interface ProductItem {
  readonly kind: 'product';
  readonly sku: string;
  readonly name: string;
  readonly category?: string;
  readonly price: MinorAmount;
}

/** An order with the deliveries the file tells or lets assume; lines without one are still under way. */
export interface OrderItem {
  readonly kind: 'order';
  readonly order: ImportedOrder;
  /** The row each line comes from, in the order of the lines. */
  readonly rows: readonly number[];
  readonly deliveries: readonly ImportedDelivery[];
}

/** Part of an order line that came back, valued at what was paid for it. */
export interface ReturnItem {
  readonly kind: 'return';
  /** The row that tells of the return. */
  readonly row: number;
  readonly sku: string;
  /** Made of what it returns, at most 80 characters: the same file gives the same id. */
  readonly returnId: string;
  readonly orderExternalId: string;
  readonly lineId: string;
  readonly quantity: number;
  /** Whether `quantity` is all that has come back of the line until now: a later file may tell of more. */
  readonly isTotal: boolean;
  /** RFC 3339 with offset. */
  readonly at: string;
  readonly value: MinorAmount;
}

/** What the file credited less (positive) or more (negative) for a return than was paid for it. */
export interface PriceDifferenceItem {
  readonly kind: 'price_difference';
  readonly returnId: string;
  readonly amount: ScaledAmount;
  readonly currency: string;
}

/** Why a row, or a part of its quantity, is not imported. */
export type RejectReason =
  /** A value is missing, unreadable, one too many, or contradicts another; the detail names it. */
  | 'malformed_row'
  /** The stock code stands for postage, a fee, a discount, a voucher, a sample or a correction. */
  | 'not_a_product'
  /** The invoice is a bookkeeping entry such as a bad debt (`A…`). */
  | 'accounting_adjustment'
  /** A negative quantity outside a cancellation: goods damaged, lost or counted. */
  | 'stock_adjustment'
  | 'zero_price'
  | 'negative_price'
  /** The unit price is no whole number of minor units. */
  | 'price_below_minor_unit'
  /** The sale, or the return, would lie in the future. */
  | 'time_in_future'
  /** Customer, region, currency or attribution differ from those of the order's first line. */
  | 'conflicting_order'
  /** The order has a line of this id already. */
  | 'duplicate_line'
  /** The row is good, but another one of its order is not: the order goes in whole, or not yet. */
  | 'order_waits'
  /** More than a hundred other orders began since this one's last row, so that it has been given out. */
  | 'order_already_complete'
  /** Nothing the customer bought earlier and still has fits this part of the cancellation. */
  | 'cancellation_without_purchase'
  /** The return of an order that was refused, or waits for a corrected file. */
  | 'order_not_imported'
  /** The file tells of fewer pieces that came back than are known already. */
  | 'conflicting_return'
  /** The system refused it; the rest of the reason is the code of its answer. */
  | `refused_${string}`;

/** A row, or a part of its quantity, that is not imported. */
export interface RejectedItem {
  readonly kind: 'rejected';
  /** Row number as the caller counts them. */
  readonly row: number;
  /** The invoice or order the row names. */
  readonly orderId: string;
  readonly sku: string;
  /** Signed quantity, or `undefined` when unreadable. */
  readonly quantity?: number;
  /** Signed quantity × price, or `undefined` when unreadable. */
  readonly amount?: ScaledAmount;
  readonly currency: string;
  readonly reason: RejectReason;
  /** An English sentence with the particulars. */
  readonly detail: string;
}

/** One thing to apply, or to report, in the order in which it can be. */
export type ImportItem = ProductItem | OrderItem | ReturnItem | PriceDifferenceItem | RejectedItem;
