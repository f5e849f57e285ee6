/** Who bought, as far as the shop tells it. Without `externalId` a guest. */
export interface Customer {
  /** The customer in the shop. */
  externalId?: string;
  /** The device that the order came from. */
  deviceId?: string;
}

/** What shops and their exports write where they know no customer. */
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
 * Tells an id that stands for nobody in particular, such as `0` or `guest`. Orders under it have nothing to do with
 * each other, so that it is no evidence of anything.
 */
export function isStandIn(id: string): boolean {
  const plain = id.normalize('NFKC').trim().toLowerCase();
  return STAND_INS.has(plain) || ZEROS.test(plain);
}

/**
 * Leaves out of a customer what stands for nobody.
 *
 * @param customer as the shop gives it; absent for a guest
 * @returns undefined when neither customer nor device is known
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
