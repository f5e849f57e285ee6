import type { ScaledAmount } from '../decimal';

/** An amount in integer minor units with its ISO 4217 currency, as in the API. */
export interface MinorAmount {
  readonly amount: number;
  readonly currency: string;
}

/** An order line for the API; `unitPrice` and `discount` (of the whole line) in minor units. */
export interface ImportedLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly discount?: number;
}

/** Body of `POST /v1/orders`. */
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

/** An order with the deliveries of the file or assumed ones; lines without one are in transit. */
export interface OrderItem {
  readonly kind: 'order';
  readonly order: ImportedOrder;
  /** Row of each line, in the order of the lines. */
  readonly rows: readonly number[];
  readonly deliveries: readonly ImportedDelivery[];
}

/** Returned units of an order line, at the paid price. */
export interface ReturnItem {
  readonly kind: 'return';
  /** Row of the return. */
  readonly row: number;
  readonly sku: string;
  /** Derived from the returned lines, max 80 characters: the same file gives the same ID. */
  readonly returnId: string;
  readonly orderExternalId: string;
  readonly lineId: string;
  readonly quantity: number;
  /** Whether `quantity` is the total of all returns of the line so far, which can increase in a later file. */
  readonly isTotal: boolean;
  /** RFC 3339 with offset. */
  readonly at: string;
  readonly value: MinorAmount;
}

/** Difference between payment and credit of a return: positive if less was credited. */
export interface PriceDifferenceItem {
  readonly kind: 'price_difference';
  readonly returnId: string;
  readonly amount: ScaledAmount;
  readonly currency: string;
}

/** Why a row, or a part of its quantity, is not imported. */
export type RejectReason =
  /** A value is missing, unreadable, extra, or conflicts with another; the detail names it. */
  | 'malformed_row'
  /** The stock code is postage, a fee, a discount, a voucher, a sample or a correction. */
  | 'not_a_product'
  /** The invoice is an accounting entry such as a bad debt (`A…`). */
  | 'accounting_adjustment'
  /** A negative quantity outside a cancellation: goods damaged, lost or counted. */
  | 'stock_adjustment'
  | 'zero_price'
  | 'negative_price'
  /** The unit price is not a whole number of minor units. */
  | 'price_below_minor_unit'
  /** The sale or the return would be in the future. */
  | 'time_in_future'
  /** Customer, region, currency or attribution differ from those of the order's first line. */
  | 'conflicting_order'
  /** The order already has a line with this ID. */
  | 'duplicate_line'
  /** The row is good, but another row of its order is not; orders are imported whole. */
  | 'order_waits'
  /** More than a hundred other orders started since this one's last row, so it was already emitted. */
  | 'order_already_complete'
  /** No earlier purchase matches this part of the cancellation. */
  | 'cancellation_without_purchase'
  /** The return of a refused or waiting order. */
  | 'order_not_imported'
  /** The file has fewer returned units than are recorded. */
  | 'conflicting_return'
  /** Refused by the API; the rest of the reason is the code of the refusal. */
  | `refused_${string}`;

/** A row, or a part of its quantity, that is not imported. */
export interface RejectedItem {
  readonly kind: 'rejected';
  /** Row number of the caller. */
  readonly row: number;
  /** Invoice or order of the row. */
  readonly orderId: string;
  readonly sku: string;
  /** Signed quantity, or `undefined` when unreadable. */
  readonly quantity?: number;
  /** Signed quantity × price, or `undefined` if unreadable. */
  readonly amount?: ScaledAmount;
  readonly currency: string;
  readonly reason: RejectReason;
  /** An English sentence with details. */
  readonly detail: string;
}

/** An item to apply or to report, in order of application. */
export type ImportItem = ProductItem | OrderItem | ReturnItem | PriceDifferenceItem | RejectedItem;
