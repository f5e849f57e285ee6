import type { ApplicantKind } from './application';
import { type CheckResult, fail, pass } from './checkResult';
import { keyOf } from './kinds';
import { normaliseNumber } from './numberText';

const CHECK = 'holder';

/** Apostrophes join two parts of one word: `O'Neil`, `O’Neil`. */
const APOSTROPHES = /['’‘ʼ`´]/g;

/** U+318D is typed as a middle dot; the compatibility form of it would be a letter. */
const KOREAN_DOT = /\u318d/g;

/** Accents of Latin letters, which banks leave out. Not the voiced marks of Japanese, which make another letter. */
const ACCENTS = /[\u0300-\u036f]/g;

/** The words of a name, without full-width forms, case, accents, dots, spaces and punctuation. */
function wordsOf(name: string): string[] {
  return name
    .replace(KOREAN_DOT, ' ')
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .replace(APOSTROPHES, '')
    .toUpperCase()
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter(Boolean);
}

/** The words of a name joined, starting from each of them: the family name may stand first or last. */
function ordersOf(words: readonly string[]): string[] {
  return words.map((_, at) => [...words.slice(at), ...words.slice(0, at)].join(''));
}

/**
 * Whether two texts are the name of the same person or company, as cards, banks and people write it: with any middle
 * dot (`·` `•` `・` `．`) or none, full-width or half-width, in any case, with or without spaces. The words of a
 * person's Latin name may stand in any order and given names be written together: `Li Xiaoming`, `XIAO MING LI`.
 */
export function namesAgree(kind: ApplicantKind, one: string, other: string): boolean {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  if (a.length === 0) return false;
  if (a.join('') === b.join('')) return true;
  // Chinese characters have one order only.
  if (kind === 'company' || [...a, ...b].some((word) => /\p{Script=Han}/u.test(word))) return false;
  const others = ordersOf(b);
  return (
    a.toSorted().join(' ') === b.toSorted().join(' ') || ordersOf(a).some((text) => others.includes(text))
  );
}

/**
 * Checks that an account or credential is held by the applicant or distributor. The reason names nobody, since
 * results of checks are kept longer than names.
 * @param kind of the applicant: the holder of a company's account is the company
 * @returns codes `holder_agrees`, `holder_differs`
 */
export function checkHolder(kind: ApplicantKind, applicant: string, holder: string): CheckResult {
  return namesAgree(kind, applicant, holder)
    ? pass(CHECK, 'holder_agrees', `The holder is the ${kind} itself.`)
    : fail(
        CHECK,
        'holder_differs',
        `The holder has another name than the ${kind}. Compare both names with the documents.`,
      );
}

/** The credential whose number is the identity number of an applicant. */
const IDENTITY_CREDENTIAL: Record<ApplicantKind, string> = {
  person: 'resident_identity_card',
  company: 'business_license',
};

/** Whether a credential is that of a company's representative, whose name is not the company's. */
export function isOfRepresentative(kind: ApplicantKind, type: string): boolean {
  return kind === 'company' && type === IDENTITY_CREDENTIAL.person;
}

/** What an applicant says about account and credentials, with the full numbers. */
export interface HeldByApplicant {
  kind: ApplicantKind;
  name: string;
  identityNumber: string;
  accountHolder: string;
  credentials: readonly { type: string; holder: string; number: string }[];
}

/**
 * Checks that the bank account and every credential are held by the applicant, and that the identity card, or the
 * licence of a company, has the applicant's number. An identity card in a company's application is that of its
 * representative and is not compared.
 * @returns results by name: `holder/bank_account`, `credential/<position>/holder`, `credential/<position>/identity`;
 *   codes of {@link checkHolder}, `identity_agrees`, `identity_differs`
 */
export function checkHolders(held: HeldByApplicant): (CheckResult & { name: string })[] {
  const { kind, name, identityNumber, accountHolder, credentials } = held;
  const ofCredentials = credentials.flatMap(({ type, holder, number }, at) => {
    if (isOfRepresentative(kind, type)) return [];
    const ofHolder = { ...checkHolder(kind, name, holder), name: keyOf('credential', at + 1, 'holder') };
    if (type !== IDENTITY_CREDENTIAL[kind]) return [ofHolder];
    const agrees = normaliseNumber(number) === normaliseNumber(identityNumber);
    const ofNumber = agrees
      ? pass(CHECK, 'identity_agrees', 'The document has the identity number of the application.')
      : fail(
          CHECK,
          'identity_differs',
          'The document has another number than the identity number of the application. Correct one of them.',
        );
    return [ofHolder, { ...ofNumber, name: keyOf('credential', at + 1, 'identity') }];
  });
  return [
    { ...checkHolder(kind, name, accountHolder), name: keyOf('holder', 'bank_account') },
    ...ofCredentials,
  ];
}
