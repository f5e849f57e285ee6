import { FINANCE, REVIEWERS, ROLES, type Role, STAFF } from './roles';

/** A kind of thing: what every layer has to know of it. */
interface KindOfThing {
  /** What people call one of it, in both languages of the console. The glossary of the product. */
  names: { zh: string; en: string };
  /** All its states, in the order in which they follow; none where it has no state. */
  states: readonly string[];
  /** The states in which something is still to happen: its workflow runs, where it has one. */
  open: readonly string[];
  /** Who may read it. A distributor reads only their own. */
  readers: readonly Role[];
  /** Path of its page in the console, before the id; null where it has no page of its own. */
  path: string | null;
  /** Name of the workflow function that alone changes its state; null where no workflow does. */
  workflow: string | null;
}

/**
 * Every kind of thing. Each list of kinds in any layer is a `Record` over this table or a part of it, so that a new
 * kind that is forgotten somewhere does not compile.
 */
export const kinds = {
  application: {
    names: { zh: '申请', en: 'Application' },
    states: ['submitted', 'in_review', 'changes_requested', 'approved', 'rejected', 'withdrawn'],
    open: ['submitted', 'in_review', 'changes_requested'],
    readers: ['admin', 'compliance', 'operator'],
    path: '/applications',
    workflow: 'application',
  },
  distributor: {
    names: { zh: '分销商', en: 'Distributor' },
    states: ['active', 'suspended', 'terminated'],
    open: [],
    readers: STAFF,
    path: '/distributors',
    workflow: null,
  },
  credential: {
    names: { zh: '资质', en: 'Credential' },
    states: [],
    open: [],
    readers: ['admin', 'compliance', 'operator'],
    path: null,
    workflow: null,
  },
  order: {
    names: { zh: '订单', en: 'Order' },
    states: ['open', 'closed'],
    open: ['open'],
    readers: ROLES,
    path: '/orders',
    workflow: 'order',
  },
  return: {
    names: { zh: '退货', en: 'Return' },
    states: ['requested', 'refunded', 'rejected'],
    open: ['requested'],
    readers: ROLES,
    path: null,
    workflow: 'lateReturn',
  },
  commission: {
    names: { zh: '佣金', en: 'Commission' },
    states: ['not_accrued', 'held', 'due', 'released', 'reversed', 'clawed_back'],
    open: [],
    readers: ROLES,
    path: '/commissions',
    workflow: null,
  },
  release: {
    names: { zh: '结算批次', en: 'Release run' },
    states: ['proposed', 'approved', 'running', 'done', 'rejected'],
    open: ['proposed', 'approved', 'running'],
    readers: FINANCE,
    path: '/commission-releases',
    workflow: 'release',
  },
  withdrawal: {
    names: { zh: '提现', en: 'Withdrawal' },
    states: ['requested', 'approved', 'paying', 'paid', 'failed', 'rejected', 'canceled'],
    open: ['requested', 'approved', 'paying'],
    readers: ['admin', 'compliance', 'finance', 'distributor'],
    path: '/withdrawals',
    workflow: 'withdrawal',
  },
  payout: {
    names: { zh: '打款批次', en: 'Payout batch' },
    states: ['open', 'settled'],
    open: ['open'],
    readers: FINANCE,
    path: '/payout-batches',
    workflow: 'payout',
  },
  plan: {
    names: { zh: '佣金方案', en: 'Commission plan' },
    states: [],
    open: [],
    readers: STAFF,
    path: '/commission-plans',
    workflow: null,
  },
  product: {
    names: { zh: '商品', en: 'Product' },
    states: [],
    open: [],
    readers: STAFF,
    path: '/products',
    workflow: null,
  },
  bulk: {
    names: { zh: '批量操作', en: 'Bulk action' },
    states: ['running', 'done'],
    open: ['running'],
    readers: STAFF,
    path: '/bulk-actions',
    workflow: 'bulk',
  },
  mail: {
    names: { zh: '邮件', en: 'Mail' },
    states: ['pending', 'sent', 'undeliverable'],
    open: ['pending'],
    readers: STAFF,
    path: null,
    workflow: 'mail',
  },
  import: {
    names: { zh: '导入', en: 'Import' },
    states: [],
    open: [],
    readers: ['admin', 'operator'],
    path: '/imports',
    workflow: null,
  },
  user: {
    names: { zh: '用户', en: 'User' },
    states: [],
    open: [],
    readers: ['admin'],
    path: '/users',
    workflow: null,
  },
  key: {
    names: { zh: 'API 密钥', en: 'API key' },
    states: [],
    open: [],
    readers: ['admin'],
    path: null,
    workflow: null,
  },
  session: {
    names: { zh: '会话', en: 'Session' },
    states: [],
    open: [],
    readers: ['admin'],
    path: null,
    workflow: null,
  },
  blacklist: {
    names: { zh: '黑名单', en: 'Blacklist entry' },
    states: [],
    open: [],
    readers: REVIEWERS,
    path: null,
    workflow: null,
  },
  note: {
    names: { zh: '备注', en: 'Note' },
    states: [],
    open: [],
    readers: STAFF,
    path: null,
    workflow: null,
  },
} as const satisfies Record<string, KindOfThing>;

export type Kind = keyof typeof kinds;

/** The states of a kind. */
export type StateOf<K extends Kind> = (typeof kinds)[K]['states'][number];

/** Kinds with a workflow of their own. */
export type ProcessKind = { [K in Kind]: (typeof kinds)[K]['workflow'] extends string ? K : never }[Kind];

/** What names a thing of a kind: its id, or the ids on the way to it, as a return has its order's and its own. */
export type Id = string | number | readonly (string | number)[];

/**
 * The name of a thing everywhere: in events, mails, audit entries and restrictions, and as the id of its workflow.
 * @returns such as `order/42` or `return/42/R1`. `/` and `%` in a part are percent-encoded, so that no two things
 *   have one name; the SQL function `key_part` does the same.
 */
export function subjectOf(kind: Kind, id: Id): string {
  return [kind, ...idParts(id).map(keyPart)].join('/');
}

/** The kind and the parts of the id of a subject. @returns undefined for what names no thing */
export function parseSubject(subject: string): { kind: Kind; id: string[] } | undefined {
  const [kind = '', ...parts] = subject.split('/');
  if (!Object.hasOwn(kinds, kind) || parts.length === 0) return undefined;
  return { kind: kind as Kind, id: parts.map((part) => part.replace(/%(25|2F)/g, decodeURIComponent)) };
}

/** A key of several parts, such as `window_closed/<line>`, in which no part can pass for two. */
export function keyOf(...parts: (string | number)[]): string {
  return parts.map(keyPart).join('/');
}

function idParts(id: Id): readonly (string | number)[] {
  return typeof id === 'string' || typeof id === 'number' ? [id] : id;
}

function keyPart(part: string | number): string {
  return String(part).replace(/[%/]/g, encodeURIComponent);
}
