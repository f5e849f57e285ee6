import type { Answer, PostBody } from '../../../api/types';
import type { Locale } from '../../../locale/locale';

type Submission = PostBody<'/v1/applications'>;

/** Draft of a credential other than the identity document. */
interface CredentialDraft {
  type?: string;
  number?: string;
  holder?: string;
  /** `YYYY-MM-DD` */
  from?: string;
  until?: string;
  longTerm?: boolean;
}

/** Draft of an application: every value can be missing. */
export interface Draft {
  kind: 'person' | 'company';
  name?: string;
  identityNumber?: string;
  identityFrom?: string;
  identityUntil?: string;
  identityLongTerm?: boolean;
  phone?: string;
  email?: string;
  region?: string;
  channels?: string[];
  sponsorCode?: string;
  shopCustomerId?: string;
  account?: { number?: string; holder?: string; bankName?: string };
  more?: CredentialDraft[];
}

export const EMPTY_DRAFT: Draft = { kind: 'person' };

const trimmed = (text: string | undefined): string => text?.trim() ?? '';

/** The application as a request body. The identity document is the first credential. */
export function toSubmission(draft: Draft, locale: Locale): Submission {
  const { kind, identityLongTerm, identityUntil, account, more = [] } = draft;
  const name = trimmed(draft.name);
  const identityNumber = trimmed(draft.identityNumber);
  return {
    kind,
    name,
    email: trimmed(draft.email),
    phone: trimmed(draft.phone),
    channels: draft.channels ?? [],
    region: trimmed(draft.region),
    locale,
    ...(trimmed(draft.sponsorCode) && { sponsorCode: trimmed(draft.sponsorCode) }),
    ...(trimmed(draft.shopCustomerId) && { shopCustomerId: trimmed(draft.shopCustomerId) }),
    identityNumber,
    bankAccount: {
      number: trimmed(account?.number),
      holder: trimmed(account?.holder),
      bankName: trimmed(account?.bankName),
    },
    credentials: [
      {
        type: identityTypeOf(kind),
        number: identityNumber,
        holder: name,
        validFrom: draft.identityFrom ?? '',
        validUntil: identityLongTerm ? null : (identityUntil ?? null),
      },
      ...more.map(({ type, number, holder, from, until, longTerm }) => ({
        type: type ?? '',
        number: trimmed(number),
        holder: trimmed(holder),
        validFrom: from ?? '',
        validUntil: longTerm ? null : (until ?? null),
      })),
    ],
  };
}

const identityTypeOf = (kind: Draft['kind']): string =>
  kind === 'person' ? 'resident_identity_card' : 'business_license';

/** Draft of a submitted application for changes. Numbers are only returned masked, so they are entered again. */
export function toDraft(application: Answer<'/v1/applications/{id}'>): Draft {
  const { kind, credentials, bankAccount } = application;
  const identity = credentials.find(({ type }) => type === identityTypeOf(kind));
  return {
    kind,
    name: application.name,
    identityFrom: identity?.validFrom,
    identityUntil: identity?.validUntil ?? undefined,
    identityLongTerm: identity ? identity.validUntil === null : undefined,
    phone: application.phone,
    email: application.email,
    region: application.region,
    channels: application.channels,
    sponsorCode: application.sponsorCode ?? undefined,
    shopCustomerId: application.shopCustomerId ?? undefined,
    account: { holder: bankAccount.holder, bankName: bankAccount.bankName },
    more: credentials
      .filter(({ id }) => id !== identity?.id)
      .map(({ type, holder, validFrom, validUntil }) => ({
        type,
        holder,
        from: validFrom,
        until: validUntil ?? undefined,
        longTerm: validUntil === null,
      })),
  };
}

/** The form field of a JSON pointer. */
export function fieldOf(pointer: string): (string | number)[] | undefined {
  const [first, second, third] = pointer.split('/').slice(1);
  if (first === 'bankAccount') return ['account', second ?? 'number'];
  if (first === 'channels') return ['channels'];
  if (first !== 'credentials') return first && FIELDS.has(first) ? [first] : undefined;
  const at = Number(second);
  if (at === 0) return [IDENTITY_FIELDS[third ?? ''] ?? 'identityNumber'];
  return ['more', at - 1, CREDENTIAL_FIELDS[third ?? ''] ?? 'number'];
}

const FIELDS = new Set([
  ...['kind', 'name', 'email', 'phone', 'region', 'sponsorCode', 'shopCustomerId', 'identityNumber'],
]);
const IDENTITY_FIELDS: Record<string, string> = {
  holder: 'name',
  validFrom: 'identityFrom',
  validUntil: 'identityUntil',
};
const CREDENTIAL_FIELDS: Record<string, string> = {
  type: 'type',
  holder: 'holder',
  validFrom: 'from',
  validUntil: 'until',
};

/** Saves the draft in this browser; identity and account numbers only until the tab is closed. */
export function draftStore(key: string) {
  const name = `tributary.apply.${key}`;
  return {
    read(): Draft | undefined {
      const open = parse(localStorage.getItem(name));
      if (!open) return undefined;
      const secret = parse(sessionStorage.getItem(name));
      return {
        ...open,
        ...(secret?.identityNumber && { identityNumber: secret.identityNumber }),
        account: { ...open.account, ...secret?.account },
        more: open.more?.map((credential, at) => ({ ...credential, ...secret?.more?.[at] })),
      };
    },
    write({ identityNumber, account, more, ...rest }: Draft): void {
      const open = {
        ...rest,
        account: { holder: account?.holder, bankName: account?.bankName },
        more: more?.map((credential) => ({ ...credential, number: undefined })),
      };
      localStorage.setItem(name, JSON.stringify(open));
      const secret = {
        identityNumber,
        account: { number: account?.number },
        more: more?.map((credential) => ({ number: credential?.number })),
      };
      sessionStorage.setItem(name, JSON.stringify(secret));
    },
    remove(): void {
      localStorage.removeItem(name);
      sessionStorage.removeItem(name);
    },
  };
}

function parse(text: string | null): (Partial<Draft> & { kind: Draft['kind'] }) | undefined {
  if (!text) return undefined;
  try {
    return { kind: 'person', ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return undefined;
  }
}
