import type { Config } from '../../config';
import { blacklistEntries, othersWithNumber } from '../../database/numbers';
import type { Pool } from '../../database/pool';
import type { Sealer } from '../../database/sealing';
import type { ApplicantKind } from '../../domain/application';
import {
  type CheckResult,
  checkBankAccount,
  checkPhone,
  checkResidentIdentityNumber,
  checkUnifiedSocialCreditCode,
  checkValidity,
  numberChecks,
} from '../../domain/credential';
import { checkHolders } from '../../domain/holderName';
import { keyOf } from '../../domain/kinds';
import { normaliseReferralCode } from '../../domain/referralCode';
import { numbersOf } from './row';

/** Which round of which application to check, and as of when. */
export interface CheckCommand {
  applicationId: string;
  round: number;
  /** Milliseconds since 1970, on the workflow's clock. */
  now: number;
}

interface Facts {
  kind: ApplicantKind;
  name: string;
  phone: string;
  phone_hash: Buffer;
  identity_number_sealed: string;
  identity_number_hash: Buffer;
  bank_account_sealed: string;
  bank_account_hash: Buffer;
  bank_account_holder: string;
  sponsor_code: string | null;
}

interface Credential {
  type: string;
  number_sealed: string;
  number_hash: Buffer;
  holder: string;
  valid_from: string;
  valid_until: string | null;
}

type Finding = Pick<CheckResult, 'passed' | 'code' | 'reason'> & { name: string };

/**
 * The automatic checks of an application. Each writes its result, passed or not, with the reason; none decides.
 * The first result of a round's check stays, so that running it again changes nothing.
 */
export function createApplicationCheckActivities({
  pool,
  sealer,
  config,
}: {
  pool: Pool;
  sealer: Sealer;
  config: Pick<Config, 'BRAND_TIME_ZONE'>;
}) {
  const dayFormat = new Intl.DateTimeFormat('en-CA', {
    timeZone: config.BRAND_TIME_ZONE,
    dateStyle: 'short',
  });

  async function facts({ applicationId }: CheckCommand): Promise<Facts> {
    const { rows } = await pool.query<Facts>('SELECT * FROM applications WHERE id = $1', [applicationId]);
    return rows[0]!;
  }

  async function credentials({ applicationId, round }: CheckCommand): Promise<Credential[]> {
    const { rows } = await pool.query<Credential>(
      'SELECT * FROM credentials WHERE application_id = $1 AND round = $2 ORDER BY type, id',
      [applicationId, round],
    );
    return rows;
  }

  async function record({ applicationId, round, now }: CheckCommand, findings: Finding[]): Promise<void> {
    await pool.query(
      `INSERT INTO application_checks (application_id, round, name, passed, code, reason, at)
       SELECT $1, $2, f.name, f.passed, f.code, f.reason, $3
       FROM jsonb_to_recordset($4) AS f (name text, passed boolean, code text, reason text)
       ON CONFLICT DO NOTHING`,
      [applicationId, round, new Date(now), JSON.stringify(findings)],
    );
  }

  return {
    /** Check digits and form of identity number, bank account, phone and licence numbers; age of a person. */
    async checkNumbers(command: CheckCommand): Promise<void> {
      const application = await facts(command);
      const today = dayFormat.format(command.now);
      const identity = sealer.open(application.identity_number_sealed);
      const person = application.kind === 'person';
      const findings: Finding[] = [
        {
          ...(person ? checkResidentIdentityNumber(identity, today) : checkUnifiedSocialCreditCode(identity)),
          name: 'identity_number',
        },
        {
          ...checkBankAccount(sealer.open(application.bank_account_sealed), person ? 'card' : 'corporate'),
          name: 'bank_account',
        },
        { ...checkPhone(application.phone), name: 'phone' },
      ];
      for (const [at, { type, number_sealed }] of (await credentials(command)).entries()) {
        const check = numberChecks[type];
        if (check) {
          findings.push({
            ...check(sealer.open(number_sealed), today),
            name: keyOf('credential', at + 1, 'number'),
          });
        }
      }
      await record(command, findings);
    },

    /** Whether account and credentials are held by the applicant, and the identity document has the same number. */
    async checkHolders(command: CheckCommand): Promise<void> {
      const { kind, name, identity_number_sealed, bank_account_holder } = await facts(command);
      const findings = checkHolders({
        kind,
        name,
        identityNumber: sealer.open(identity_number_sealed),
        accountHolder: bank_account_holder,
        credentials: (await credentials(command)).map(({ type, holder, number_sealed }) => {
          return { type, holder, number: sealer.open(number_sealed) };
        }),
      });
      await record(command, findings);
    },

    /** Whether every credential is valid on the day. */
    async checkValidityDates(command: CheckCommand): Promise<void> {
      const today = dayFormat.format(command.now);
      const findings = (await credentials(command)).map(({ type, valid_from, valid_until }, at) => {
        const result = checkValidity({ validFrom: valid_from, validUntil: valid_until }, today);
        return {
          ...result,
          reason: `${type}: ${result.reason}`,
          name: keyOf('credential', at + 1, 'validity'),
        };
      });
      await record(command, findings);
    },

    /** Whether another live application or a distributor has the same number, phone, account or credential. */
    async checkDuplicates(command: CheckCommand): Promise<void> {
      const application = await facts(command);
      const numbers = [
        ['identity_number', 'identity number', application.identity_number_hash],
        ['phone', 'phone number', application.phone_hash],
        ['bank_account', 'bank account', application.bank_account_hash],
      ] as const;
      const findings: Finding[] = [];
      for (const [kind, words, hash] of numbers) {
        const others = await othersWithNumber(pool, { kind, hash }, command);
        findings.push(duplicateOf(kind, words, others));
      }
      // Distributors keep their credentials in the application that made them.
      const { rows } = await pool.query<{ found: string }>(
        `SELECT CASE WHEN a.distributor_id IS NULL THEN 'application ' || a.id
           ELSE 'distributor ' || a.distributor_id END AS found
         FROM applications a
         WHERE a.id <> $1 AND a.state NOT IN ('rejected', 'withdrawn')
           AND EXISTS (SELECT 1 FROM credentials c WHERE c.application_id = a.id AND c.round = a.round
             AND c.number_hash = ANY ($2))
         ORDER BY a.submitted_at, a.id LIMIT 10`,
        [command.applicationId, (await credentials(command)).map(({ number_hash }) => number_hash)],
      );
      const withCredential = rows.map(({ found }) => found);
      findings.push(duplicateOf('credential_number', 'credential number', withCredential));
      await record(command, findings);
    },

    /** Whether a number of the applicant is on the blacklist. */
    async checkBlacklist(command: CheckCommand): Promise<void> {
      const entries = await blacklistEntries(pool, numbersOf(await facts(command)));
      const found = entries.map(
        ({ id, kind, reason }) => `${kind.replace('_', ' ')}, entry ${id} (${reason})`,
      );
      await record(command, [
        {
          name: 'blacklist',
          passed: found.length === 0,
          code: found.length ? 'blacklisted' : 'not_blacklisted',
          reason: found.length
            ? `On the blacklist: ${found.join('; ')}.`
            : 'None of the numbers is on the blacklist.',
        },
      ]);
    },

    /** Whether the sponsor's referral code belongs to an active distributor. */
    async checkSponsor(command: CheckCommand): Promise<void> {
      const { sponsor_code } = await facts(command);
      if (sponsor_code === null) return;
      const { rows } = await pool.query<{ id: string; state: string }>(
        'SELECT id, distributor_state(d) AS state FROM distributors d WHERE referral_code = $1',
        [normaliseReferralCode(sponsor_code)],
      );
      const [sponsor] = rows;
      await record(command, [
        {
          name: 'sponsor',
          passed: sponsor?.state === 'active',
          code: !sponsor ? 'sponsor_unknown' : `sponsor_${sponsor.state}`,
          reason: !sponsor
            ? 'No distributor has this referral code.'
            : sponsor.state === 'active'
              ? `The sponsor is distributor ${sponsor.id}.`
              : `The sponsor, distributor ${sponsor.id}, is ${sponsor.state}.`,
        },
      ]);
    },
  };
}

function duplicateOf(what: string, words: string, others: string[]): Finding {
  return {
    name: keyOf('duplicate', what),
    passed: others.length === 0,
    code: others.length ? `${what}_duplicate` : `${what}_unique`,
    reason: others.length
      ? `The same ${words} is in ${others.join(', ')}. Check whether this is the same applicant.`
      : `No other application or distributor has this ${words}.`,
  };
}
