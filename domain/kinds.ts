import {
  ADMIN,
  CHANNEL,
  FINANCE,
  OPERATORS,
  REVIEWERS,
  ROLES,
  type Role,
  STAFF,
  WITHDRAWAL_READERS,
} from './roles';

/** A kind of entity, with the facts that every layer needs. */
interface KindDefinition {
  /** Name in both languages of the console. The glossary of the product. */
  names: { zh: string; en: string };
  /** All states in order; empty if it has none. */
  states: readonly string[];
  /** The states that are not final: its workflow, if it has one, is running. */
  open: readonly string[];
  /** Name of the workflow function, the only writer of its state; null if it has no workflow. */
  workflow: string | null;
  /** Roles that can read it; distributors only their own. */
  readers: readonly Role[];
  /** Whether it has a timeline and notes. */
  timeline: boolean;
  /** Roles that find it in the global search, distributors only their own; empty if it is not searched. */
  searchedBy: readonly Role[];
  /** Path of its list in the console; null if it has none. */
  path: string | null;
  /** Whether it has a detail page, at the path and its ID. */
  page: boolean;
}

/**
 * All kinds. Each list of kinds in any layer is a `Record` over this table or a part of it, so that a place that lacks
 * a new kind does not compile.
 */
export const kinds = {
  application: {
    names: { zh: '申请', en: 'Application' },
    states: ['submitted', 'in_review', 'changes_requested', 'approved', 'rejected', 'withdrawn'],
    open: ['submitted', 'in_review', 'changes_requested'],
    workflow: 'application',
    readers: CHANNEL,
    timeline: true,
    searchedBy: CHANNEL,
    path: '/applications',
    page: true,
  },
  distributor: {
    names: { zh: '分销商', en: 'Distributor' },
    states: ['active', 'suspended', 'terminated'],
    open: [],
    workflow: null,
    readers: STAFF,
    timeline: true,
    searchedBy: ROLES,
    path: '/distributors',
    page: true,
  },
  account_change: {
    names: { zh: '资料变更', en: 'Account change' },
    states: ['requested', 'approved', 'confirmed', 'in_effect', 'rejected', 'canceled'],
    open: ['requested', 'approved', 'confirmed'],
    workflow: 'accountChange',
    readers: ROLES,
    timeline: true,
    searchedBy: STAFF,
    path: '/account-changes',
    page: true,
  },
  credential: {
    names: { zh: '资质', en: 'Credential' },
    // Computed from its dates. Its process runs for as long as its distributor is not terminated.
    states: ['valid', 'expiring', 'expired'],
    open: ['valid', 'expiring', 'expired'],
    workflow: 'credential',
    readers: ROLES,
    timeline: true,
    searchedBy: [],
    path: '/credentials',
    page: true,
  },
  renewal: {
    names: { zh: '资质续期', en: 'Renewal' },
    states: ['submitted', 'accepted', 'refused'],
    open: ['submitted'],
    workflow: null,
    readers: STAFF,
    timeline: false,
    searchedBy: [],
    path: '/credential-renewals',
    page: false,
  },
  document: {
    names: { zh: '证明材料', en: 'Document' },
    states: [],
    open: [],
    workflow: null,
    readers: REVIEWERS,
    timeline: false,
    searchedBy: [],
    path: null,
    page: false,
  },
  order: {
    names: { zh: '订单', en: 'Order' },
    states: ['open', 'closed'],
    open: ['open'],
    workflow: 'order',
    readers: ROLES,
    timeline: true,
    searchedBy: ROLES,
    path: '/orders',
    page: true,
  },
  return: {
    names: { zh: '退货', en: 'Return' },
    states: ['requested', 'refunded', 'rejected'],
    open: ['requested'],
    workflow: 'lateReturn',
    readers: ROLES,
    timeline: false,
    searchedBy: [],
    path: '/returns',
    page: false,
  },
  commission: {
    names: { zh: '佣金', en: 'Commission' },
    states: ['not_accrued', 'held', 'due', 'released', 'reversed', 'clawed_back'],
    open: ['held', 'due'],
    workflow: null,
    readers: ROLES,
    timeline: true,
    searchedBy: ROLES,
    path: '/commissions',
    page: true,
  },
  release: {
    names: { zh: '结算批次', en: 'Release run' },
    states: ['proposed', 'approved', 'running', 'done', 'rejected'],
    open: ['proposed', 'approved', 'running'],
    workflow: 'release',
    readers: FINANCE,
    timeline: true,
    searchedBy: FINANCE,
    path: '/commission-releases',
    page: true,
  },
  withdrawal: {
    names: { zh: '提现', en: 'Withdrawal' },
    states: ['requested', 'approved', 'paying', 'paid', 'failed', 'rejected', 'canceled'],
    open: ['requested', 'approved', 'paying'],
    workflow: 'withdrawal',
    readers: WITHDRAWAL_READERS,
    timeline: true,
    searchedBy: WITHDRAWAL_READERS,
    path: '/withdrawals',
    page: true,
  },
  payout: {
    names: { zh: '打款批次', en: 'Payout batch' },
    states: ['open', 'settled'],
    open: ['open'],
    workflow: 'payout',
    readers: FINANCE,
    timeline: true,
    searchedBy: FINANCE,
    path: '/payout-batches',
    page: true,
  },
  plan: {
    names: { zh: '佣金方案', en: 'Commission plan' },
    states: ['draft', 'scheduled', 'in_force', 'superseded'],
    open: [],
    workflow: null,
    readers: STAFF,
    timeline: true,
    searchedBy: [],
    path: '/commission-plans',
    page: true,
  },
  policy: {
    names: { zh: '规则', en: 'Policy' },
    states: ['draft', 'scheduled', 'in_force', 'superseded'],
    open: [],
    workflow: null,
    readers: STAFF,
    timeline: true,
    searchedBy: [],
    path: '/policies',
    page: true,
  },
  product: {
    names: { zh: '商品', en: 'Product' },
    states: [],
    open: [],
    workflow: null,
    readers: STAFF,
    timeline: true,
    searchedBy: ROLES,
    path: '/products',
    page: true,
  },
  bulk: {
    names: { zh: '批量操作', en: 'Bulk action' },
    states: ['running', 'done'],
    open: ['running'],
    workflow: 'bulk',
    readers: STAFF,
    timeline: false,
    searchedBy: [],
    path: '/bulk-actions',
    page: true,
  },
  mail: {
    names: { zh: '邮件', en: 'Email' },
    states: ['pending', 'sent', 'undeliverable', 'canceled'],
    open: ['pending'],
    workflow: 'mail',
    readers: STAFF,
    timeline: false,
    searchedBy: [],
    path: '/mails',
    page: false,
  },
  import: {
    names: { zh: '导入', en: 'Import' },
    states: ['running', 'stopped', 'finished'],
    open: ['running', 'stopped'],
    workflow: null,
    readers: OPERATORS,
    timeline: false,
    searchedBy: [],
    path: '/imports',
    page: true,
  },
  user: {
    names: { zh: '用户', en: 'User' },
    states: [],
    open: [],
    workflow: null,
    readers: ADMIN,
    timeline: true,
    searchedBy: [],
    path: '/users',
    page: true,
  },
  key: {
    names: { zh: 'API 密钥', en: 'API key' },
    states: ['active', 'expired', 'revoked'],
    open: [],
    workflow: null,
    readers: ADMIN,
    timeline: false,
    searchedBy: [],
    path: '/keys',
    page: false,
  },
  session: {
    names: { zh: '会话', en: 'Session' },
    states: [],
    open: [],
    workflow: null,
    readers: ADMIN,
    timeline: false,
    searchedBy: [],
    path: null,
    page: false,
  },
  blacklist: {
    names: { zh: '黑名单', en: 'Blacklist entry' },
    states: [],
    open: [],
    workflow: null,
    readers: REVIEWERS,
    timeline: false,
    searchedBy: [],
    path: '/blacklist',
    page: false,
  },
  note: {
    names: { zh: '备注', en: 'Note' },
    states: [],
    open: [],
    workflow: null,
    readers: STAFF,
    timeline: false,
    searchedBy: [],
    path: null,
    page: false,
  },
} as const satisfies Record<string, KindDefinition>;

export type Kind = keyof typeof kinds;

export const KINDS = Object.keys(kinds) as readonly Kind[];

/** The states of a kind. */
export type StateOf<K extends Kind> = (typeof kinds)[K]['states'][number];

/** The states of a kind that are not final. */
export type OpenStateOf<K extends Kind> = (typeof kinds)[K]['open'][number];

/** The kinds with this value in a column. */
type KindWith<Column extends keyof KindDefinition, Value> = {
  [K in Kind]: (typeof kinds)[K][Column] extends Value ? K : never;
}[Kind];

/** Kinds with a workflow. */
export type ProcessKind = KindWith<'workflow', string>;

/** Kinds with a timeline and notes. */
export type TimelineKind = KindWith<'timeline', true>;

/** Kinds in the global search. */
export type SearchKind = Exclude<Kind, KindWith<'searchedBy', readonly []>>;

/** Kinds with a list in the console. */
export type ListKind = KindWith<'path', string>;

/** Kinds with a detail page in the console. */
export type PageKind = KindWith<'page', true>;

export const processKinds = KINDS.filter((kind): kind is ProcessKind => kinds[kind].workflow !== null);

export function isProcess(kind: Kind): kind is ProcessKind {
  return kinds[kind].workflow !== null;
}

export const timelineKinds = KINDS.filter((kind): kind is TimelineKind => kinds[kind].timeline);

/** Whether a state is not final. */
export function isOpen<K extends Kind>(kind: K, state: StateOf<K>): state is StateOf<K> & OpenStateOf<K> {
  return (kinds[kind].open as readonly string[]).includes(state);
}

export const isPageKind = (kind: Kind): kind is PageKind => kinds[kind].page;

/** IDs of several parts. The ID of every other kind is one text or number. */
interface CompoundIds {
  return: readonly [orderId: string, returnId: string];
}

/** How many parts the compound IDs have. */
const idLengths: { [K in keyof CompoundIds]: CompoundIds[K]['length'] } = { return: 2 };

/** Kinds that the database numbers. */
type NumberedKind = 'policy' | 'commission' | 'plan';

/** Identifies an entity of a kind. */
export type IdOf<K extends Kind> = K extends keyof CompoundIds
  ? CompoundIds[K]
  : K extends NumberedKind
    ? string | number
    : string;

/** The ID of an entity of any kind. */
export type Id = IdOf<Kind>;

/** An entity, as a subject names it. */
export type Named = { [K in Kind]: { kind: K; id: Exclude<IdOf<K>, number> } }[Kind];

/**
 * The subject of an entity: in events, emails, audit entries and restrictions, and as the ID of its workflow.
 * @returns such as `order/42` or `return/42/R1`. `/` and `%` in a part are percent-encoded, so that subjects are
 *   unique; the SQL function `key_part` does the same.
 */
export function subjectOf<K extends Kind>(kind: K, id: IdOf<K>): string {
  return keyOf(kind, ...idParts(id));
}

/** The kind and the ID of a subject. @returns undefined if the text is not a subject */
export function parseSubject(subject: string): Named | undefined {
  const [kind = '', ...parts] = partsOf(subject);
  if (!Object.hasOwn(kinds, kind)) return undefined;
  const length = lengthOf(kind);
  if (parts.length !== (length ?? 1)) return undefined;
  // The kind is one of the table, with as many parts as its ID has.
  return { kind, id: length === undefined ? parts[0] : parts } as Named;
}

/**
 * The subject of the ID in an address, in which the parts of a compound ID are encoded as in its subject.
 * @returns undefined if the ID does not have the parts of the kind's
 */
export function subjectOfAddress(kind: Kind, id: string): string | undefined {
  const named = parseSubject(lengthOf(kind) === undefined ? keyOf(kind, id) : `${kind}/${id}`);
  return named && subjectOf(named.kind, named.id);
}

/** The parts of an ID. */
export function idParts(id: Id): readonly (string | number)[] {
  return typeof id === 'object' ? id : [id];
}

/** Path of the detail page in the console. */
export function hrefOf(kind: PageKind, id: string): string {
  return `${kinds[kind].path}/${encodeURIComponent(id)}`;
}

/**
 * Path of the console page of a subject: its detail page, the order's for a return, or else the list.
 * @returns undefined if it has none
 */
export function pageOfSubject(subject: string): string | undefined {
  const named = parseSubject(subject);
  if (!named) return undefined;
  if (named.kind === 'return') return hrefOf('order', named.id[0]);
  return isPageKind(named.kind) ? hrefOf(named.kind, named.id) : (kinds[named.kind].path ?? undefined);
}

/** A key of several parts, such as `window_closed/<line>`. Parts are encoded, so that keys are unique. */
export function keyOf(...parts: (string | number)[]): string {
  return parts.map(keyPart).join('/');
}

/** The parts of a key that {@link keyOf} made. */
export function partsOf(key: string): string[] {
  return key.split('/').map((part) => part.replace(/%(25|2F)/g, decodeURIComponent));
}

/** How many parts the ID of a kind has; undefined where it is not compound. */
function lengthOf(kind: string): number | undefined {
  return (idLengths as Partial<Record<string, number>>)[kind];
}

function keyPart(part: string | number): string {
  return String(part).replace(/[%/]/g, encodeURIComponent);
}
