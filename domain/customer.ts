/** The buyer of an order. Without `externalId` a guest. */
export interface Customer {
  /** The customer in the shop. */
  externalId?: string;
  /** The device of the order. */
  deviceId?: string;
}

/** Texts that shops and exports use for an unknown customer. */
const STAND_INS = new Set([
  '',
  '-',
  '-1',
  'anonymous',
  'guest',
  'n/a',
  'nan',
  'nil',
  'none',
  'null',
  'undefined',
  'unknown',
  '匿名',
  '匿名用户',
  '游客',
  '访客',
]);

/** `0`, `000`, `0.0`, and the nil UUID of RFC 9562. */
const ZEROS = /^[0.-]*0[0.-]*$/;

/**
 * Whether an ID stands for no customer, such as `0` or `guest`. Orders with it are unrelated to each other, so it is
 * no evidence.
 */
export function isStandIn(id: string): boolean {
  const plain = id.normalize('NFKC').trim().toLowerCase();
  return STAND_INS.has(plain) || ZEROS.test(plain);
}

/**
 * Removes IDs that stand for no customer or device.
 *
 * @param customer as sent by the shop; absent for a guest
 * @returns undefined if neither customer nor device is known
 */
export function knownCustomer(
  customer: { externalId?: string | null; deviceId?: string | null } | null | undefined,
): Customer | undefined {
  const known = (id: string | null | undefined) => (id && !isStandIn(id) ? id : undefined);
  const externalId = known(customer?.externalId);
  const deviceId = known(customer?.deviceId);
  if (externalId === undefined && deviceId === undefined) return undefined;
  return { ...(externalId !== undefined && { externalId }), ...(deviceId !== undefined && { deviceId }) };
}
