/** Who acts without an account, by the name in events and audit entries, and as people read it. */
export const actors = {
  system: { zh: '系统', en: 'System' },
  clock: { zh: '系统定时', en: 'Automatic (timer)' },
  shop: { zh: '商城', en: 'Shop' },
  applicant: { zh: '申请人', en: 'Applicant' },
  distributor: { zh: '分销商', en: 'Distributor' },
  staff: { zh: '工作人员', en: 'Staff' },
  somebody: { zh: '未登录者', en: 'Not signed in' },
  ledger: { zh: '账本', en: 'Ledger' },
} as const satisfies Record<string, { zh: string; en: string }>;

/** The name of an actor without an account. */
export type ActorName = keyof typeof actors;

/** Cyrillic, Greek, Latin and other letters that look like one of a to z. A part of Unicode's confusables.txt. */
const lookAlikes: Record<string, string> = Object.fromEntries(
  Object.entries({
    a: 'аɑα',
    b: 'Ььƅ',
    c: 'сϲⅽ',
    d: 'ԁɗⅾ',
    e: 'еҽε℮',
    f: 'ƒ',
    g: 'ɡց',
    h: 'һհɦ',
    i: 'іɩιı1lӏ',
    k: 'кκ',
    m: 'мⅿ',
    n: 'пոη',
    o: 'оοօσ0',
    p: 'рρ',
    r: 'гᴦ',
    s: 'ѕꜱƽ5',
    t: 'тτ',
    u: 'υսʋ',
    y: 'уүγʏ',
  }).flatMap(([letter, likes]) => [...likes].map((like) => [like, letter])),
);

/** What is left of a name when everything is taken away that a reader may overlook. */
function skeleton(name: string): string {
  return [...name.normalize('NFKD').toLowerCase()]
    .map((character) => lookAlikes[character] ?? character)
    .join('')
    .replace(/[^\p{Letter}\p{Number}]|\p{Default_Ignorable_Code_Point}/gu, '');
}

const reserved = new Set(
  Object.entries(actors)
    .flatMap(([name, { zh, en }]) => [name, zh, en])
    .map(skeleton),
);

/**
 * Whether a name is, or looks like, one under which the platform itself acts: no user and no key may have it. Case,
 * width, accents, spaces, punctuation, invisible characters and letters of other scripts make no difference.
 */
export function isReservedName(name: string): boolean {
  return reserved.has(skeleton(name));
}
