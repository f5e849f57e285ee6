import type { CredentialRow } from '../../database/credentials';
import type { Client } from '../../database/pool';
import type { Sealer } from '../../database/sealing';
import type { ApplicantKind } from '../../domain/application';
import { daysLater } from '../../domain/calendarDate';
import { type CheckResult, checkValidity, numberChecks } from '../../domain/credential';
import { checkHolders } from '../../domain/holderName';
import type { RenewalRequest } from './credential';

/** The result of one automatic check, as it is kept with the renewal. */
export interface CheckFinding {
  name: string;
  passed: boolean;
  code: string;
  reason: string;
}

/**
 * The automatic checks of a renewal: check digits, validity on the day, whether its holder is the distributor, and whether
 * another distributor has the number.
 * @param today `YYYY-MM-DD` in the brand's zone
 */
export async function checkRenewal(
  client: Client,
  sealer: Sealer,
  { row, request, today }: { row: CredentialRow; request: RenewalRequest; today: string },
): Promise<CheckFinding[]> {
  const numberCheck = numberChecks[row.type];
  // Submitted early, it begins where the present period ends.
  const isNext = row.valid_until !== null && request.validFrom <= daysLater(row.valid_until, 1);
  const firstDay = isNext && request.validFrom > today ? request.validFrom : today;
  const results = [
    ...(numberCheck ? [{ ...numberCheck(sealer.open(request.number.sealed), today), name: 'number' }] : []),
    { ...checkValidity(request, firstDay), name: 'validity' },
  ];
  const holder = await holderChecks(client, sealer, row, request);
  const { rows } = await client.query<{ id: string }>(
    `SELECT DISTINCT distributor_id AS id FROM credentials
     WHERE type = $1 AND number_hash = decode($2, 'hex') AND distributor_id <> $3 ORDER BY 1 LIMIT 10`,
    [row.type, request.number.hash, row.distributor_id],
  );
  const others = rows.map(({ id }) => `distributor ${id}`).join(', ');
  return [
    ...[...results, ...holder].map(({ name, passed, code, reason }) => ({ name, passed, code, reason })),
    {
      name: 'duplicate',
      passed: !others,
      code: others ? 'credential_number_duplicate' : 'credential_number_unique',
      reason: others
        ? `The same number is in ${others}. Check whether this is the same holder.`
        : 'No other distributor has this credential number.',
    },
  ];
}

/** As at the application: the holder is the distributor, and an identity document has the distributor's number. */
async function holderChecks(
  client: Client,
  sealer: Sealer,
  { distributor_id, type }: CredentialRow,
  { holder, number }: RenewalRequest,
): Promise<(CheckResult & { name: string })[]> {
  const { rows } = await client.query<{ kind: ApplicantKind; name: string; sealed: string }>(
    `SELECT d.kind, d.name, a.identity_number_sealed AS sealed
     FROM distributors d JOIN applications a ON a.id = d.application_id WHERE d.id = $1`,
    [distributor_id],
  );
  const { kind, name, sealed } = rows[0]!;
  return checkHolders({
    kind,
    name,
    // Compared for identity documents only.
    identityNumber: numberChecks[type] ? sealer.open(sealed) : '',
    accountHolder: name,
    credentials: [{ type, holder, number: sealer.open(number.sealed) }],
  }).flatMap((result) => {
    // Of one credential; the account is not part of a renewal.
    const what = /^credential\/1\/(holder|identity)$/.exec(result.name)?.[1];
    return what ? [{ ...result, name: what }] : [];
  });
}
