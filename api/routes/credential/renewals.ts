import { z } from 'zod';
import { documentsOf } from '../../../database/documents';
import type { Pool } from '../../../database/pool';
import { createSealer } from '../../../database/sealing';
import { credentialTypes } from '../../../domain/credentialTypes';
import { keyOf, kinds, subjectOf } from '../../../domain/kinds';
import { renewalCodes } from '../../../domain/reasonCodes';
import { RENEWERS, REVIEWERS, STAFF } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { checksText } from '../../../domain/words/names';
import { inLanguage } from '../../../domain/words/text';
import { send } from '../../../temporal/messages';
import * as messages from '../../../workflows/credential';
import * as column from '../../http/columns';
import { type ApiContext, type Endpoint, endpoint, type Principal } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound } from '../../http/problem';
import { lineOf, timestampInput, timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { senderOf } from '../../workflows/client';
import { actorOfCall, decisionNote } from '../../workflows/decisions';
import { attachedDocumentSchema, documentIdsBody, toAttachedDocument } from '../document/view';

const stateSchema = z.enum(kinds.renewal.states);

export const renewalSchema = z
  .object({
    id: uuid,
    credentialId: uuid,
    state: stateSchema,
    numberMasked: z.string(),
    holder: z.string(),
    validFrom: z.iso.date(),
    validUntil: z.iso.date().nullable().describe('Null for a long-term credential.'),
    submittedAt: timestampOutput,
    submittedBy: z.string().nullable(),
    checks: z
      .array(z.object({ name: z.string(), passed: z.boolean(), code: z.string(), reason: z.string() }))
      .describe('For staff.'),
    replaced: z
      .object({ numberMasked: z.string(), validFrom: z.iso.date(), validUntil: z.iso.date().nullable() })
      .nullable()
      .describe('The period before, if it was accepted.'),
    reason: z.string().nullable().describe('Why it was refused, as the distributor reads it.'),
    reasonCode: z.string().nullable().describe('For staff.'),
    note: z.string().nullable().describe('Internal, for staff.'),
    decidedBy: z.string().nullable().describe('For staff.'),
    decidedAt: timestampOutput.nullable(),
  })
  .meta({ id: 'Renewal' });

/** A renewal as answers show it. */
export type Renewal = z.input<typeof renewalSchema>;

const columns = `r.id, r.credential_id AS "credentialId", r.state, r.number_masked AS "numberMasked", r.holder,
  r.valid_from AS "validFrom", r.valid_until AS "validUntil", r.submitted_at AS "submittedAt",
  (SELECT name FROM users WHERE id = r.submitted_by) AS "submittedBy", r.checks, r.replaced, r.reason,
  r.reason_code AS "reasonCode", r.note, (SELECT name FROM users WHERE id = r.decided_by) AS "decidedBy",
  r.decided_at AS "decidedAt"`;

/** What a distributor sees of a renewal of their own. */
function renewalFor({ distributorId }: Principal, renewal: Renewal): Renewal {
  return distributorId === null
    ? renewal
    : { ...renewal, submittedBy: null, checks: [], reasonCode: null, note: null, decidedBy: null };
}

/** A renewal with the documents that came with it. */
export const shownRenewalSchema = renewalSchema.extend({ documents: z.array(attachedDocumentSchema) });

/** The renewals of a credential with their documents, the latest first. */
export async function readRenewals(
  pool: Pool,
  principal: Principal,
  credentialId: string,
): Promise<z.input<typeof shownRenewalSchema>[]> {
  const { rows } = await pool.query<Renewal>(
    `SELECT ${columns} FROM credential_renewals r WHERE r.credential_id = $1 ORDER BY r.submitted_at DESC, r.id DESC`,
    [credentialId],
  );
  return Promise.all(
    rows.map(async (row) => {
      const documents = await documentsOf(pool, subjectOf('renewal', row.id));
      return {
        ...renewalFor(principal, row),
        // Distributors do not learn who of the staff attached one.
        documents: documents.map(toAttachedDocument).map((document) => ({
          ...document,
          attachedBy: principal.distributorId === null ? document.attachedBy : '',
        })),
      };
    }),
  );
}

const listedSchema = renewalSchema.extend({
  type: z.string(),
  distributorId: uuid,
  distributorName: z.string(),
  currentUntil: z.iso.date().nullable().describe('Last valid day of the credential at present.'),
});

const renewals = defineList({
  item: listedSchema,
  columns: {
    id: null,
    credentialId: null,
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    type: column.mostlyNamed({ zh: '资质', en: 'Credential' }, credentialTypes),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    submittedAt: column.time({ zh: '提交于', en: 'Submitted' }),
    submittedBy: column.text({ zh: '提交人', en: 'Submitted by' }),
    currentUntil: column.day({ zh: '现有效期至', en: 'Valid until at present' }),
    validFrom: column.day({ zh: '续期后有效期自', en: 'Renewed from' }),
    validUntil: column.day({ zh: '续期后有效期至', en: 'Renewed until' }),
    numberMasked: column.text(WORDS.id),
    holder: column.text({ zh: '持有人', en: 'Holder' }),
    checks: column.shown({ zh: '自动检查', en: 'Checks' }, (checks: { passed: boolean }[], { language }) =>
      inLanguage(checksText(checks.filter(({ passed }) => !passed).length, false), language),
    ),
    replaced: null,
    reason: column.text(WORDS.reason),
    reasonCode: null,
    note: column.text(WORDS.note),
    decidedBy: column.text({ zh: '处理人', en: 'Decided by' }),
    decidedAt: column.time({ zh: '处理时间', en: 'Decided' }),
  },
  filters: {
    state: stateSchema.optional(),
    type: z.string().max(64).optional(),
    distributorId: uuid.optional(),
    submittedAfter: timestampInput.optional(),
    submittedBefore: timestampInput.optional(),
  },
  sorts: { submittedAt: { column: 'r.submitted_at', type: 'timestamptz' } },
  defaultSort: 'submittedAt',
  tie: { column: 'r.id', type: 'uuid' },
});

const renewalParams = z.object({ id: uuid, renewalId: uuid });
const answer = { 200: { description: 'The renewal after the decision.', schema: renewalSchema } };

export const renewalEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/credential-renewals',
    summary: 'List renewals of credentials, the oldest first',
    tag: 'credentials',
    roles: STAFF,
    scope: 'credentials:read',
    query: renewals.query,
    responses: renewals.responses,
    handler: ({ query, context, req }) =>
      renewals.reply<z.input<typeof listedSchema>>({
        context,
        req,
        query,
        select: `${columns}, c.type, c.distributor_id AS "distributorId", d.name AS "distributorName",
          c.valid_until AS "currentUntil"`,
        from: `credential_renewals r JOIN credentials c ON c.id = r.credential_id
          JOIN distributors d ON d.id = c.distributor_id`,
        where: (bind) => [
          query.state && `r.state = ${bind(query.state)}`,
          query.type && `c.type = ${bind(query.type)}`,
          query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
          query.submittedAfter && `r.submitted_at >= ${bind(query.submittedAfter)}`,
          query.submittedBefore && `r.submitted_at < ${bind(query.submittedBefore)}`,
        ],
        toItem: (row) => row,
      }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/credentials/{id}/renewals',
    audit: ['credential.submit_renewal'],
    summary: 'Submit a renewal of a credential',
    description:
      'At any time, before or after its end. Dates are those printed on the document. One renewal can be under review at a time.',
    tag: 'credentials',
    roles: RENEWERS,
    scope: 'credentials:write',
    params: uuidParams,
    body: z
      .strictObject({
        number: lineOf(100).describe('May differ from the present one.'),
        holder: lineOf(200).optional().describe('Default: the present holder.'),
        validFrom: z.iso.date(),
        validUntil: z.iso.date().nullish().describe('Omit or send null for a long-term credential.'),
        documentIds: documentIdsBody.optional().describe('Uploaded photos or scans of the document.'),
      })
      .refine(({ validFrom, validUntil }) => !validUntil || validUntil >= validFrom, {
        path: ['validUntil'],
        message: 'is before validFrom',
      }),
    responses: { 201: { description: 'The renewal, under review.', schema: renewalSchema } },
    errors: [
      'credential_not_found',
      'renewal_under_review',
      'document_not_found',
      'document_attached',
      'too_many_documents',
    ],
    handler: async ({ params: { id }, body, context, principal, resourceId, requestId }) => {
      const { type, holder } = await ownedCredential(context, principal, id);
      await send(senderOf(context), {
        kind: 'credential',
        id,
        update: messages.submitRenewal,
        args: [
          {
            id: resourceId,
            credentialId: id,
            number: createSealer(context.config).protect(keyOf('credential', type), body.number),
            holder: body.holder ?? holder,
            validFrom: body.validFrom,
            validUntil: body.validUntil ?? null,
            documentIds: body.documentIds ?? [],
            by: actorOfCall({ principal, requestId }),
          },
        ],
        messageId: resourceId,
      });
      return { status: 201, body: await readRenewal(context, principal, id, resourceId) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/credentials/{id}/renewals/{renewalId}/accept',
    audit: ['credential.accept_renewal'],
    summary: 'Accept a renewal',
    description:
      'The credential gets its number and validity, and what its expiry restricted is lifted. Commissions that came due in the meantime under automatic plans are released. If a check failed, the note must give the reason for accepting.',
    tag: 'credentials',
    roles: REVIEWERS,
    scope: 'credentials:decide',
    params: renewalParams,
    body: z.strictObject({ note: decisionNote.optional().describe('Internal.') }),
    responses: answer,
    errors: ['renewal_not_found', 'renewal_decided', 'note_required'],
    handler: async ({ params: { id, renewalId }, body, context, principal, resourceId, requestId }) => {
      await readRenewal(context, principal, id, renewalId);
      const by = actorOfCall({ principal, requestId });
      await send(senderOf(context), {
        kind: 'credential',
        id,
        update: messages.acceptRenewal,
        args: [{ decisionId: resourceId, credentialId: id, renewalId, by, note: body.note }],
        messageId: resourceId,
      });
      return { status: 200, body: await readRenewal(context, principal, id, renewalId) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/credentials/{id}/renewals/{renewalId}/refuse',
    audit: ['credential.refuse_renewal'],
    summary: 'Refuse a renewal',
    description: 'The credential stays as it is; the distributor may submit another renewal.',
    tag: 'credentials',
    roles: REVIEWERS,
    scope: 'credentials:decide',
    params: renewalParams,
    body: z
      .strictObject({
        reasonCode: z
          .enum(renewalCodes)
          .optional()
          .describe('Its public text is emailed to the distributor in their language.'),
        reason: lineOf(2000).optional().describe('Emailed after the text of the reason code.'),
        note: decisionNote.optional().describe('Internal; the distributor never sees it.'),
      })
      .refine(({ reasonCode, reason }) => reasonCode ?? reason, {
        path: ['reason'],
        message: 'is required without a reasonCode, because the distributor must receive a reason',
      }),
    responses: answer,
    errors: ['renewal_not_found', 'renewal_decided'],
    handler: async ({ params: { id, renewalId }, body, context, principal, resourceId, requestId }) => {
      await readRenewal(context, principal, id, renewalId);
      const by = actorOfCall({ principal, requestId });
      await send(senderOf(context), {
        kind: 'credential',
        id,
        update: messages.refuseRenewal,
        args: [{ decisionId: resourceId, credentialId: id, renewalId, by, ...body }],
        messageId: resourceId,
      });
      return { status: 200, body: await readRenewal(context, principal, id, renewalId) };
    },
  }),
];

/** A credential of the caller's own, or any for staff. @throws Problem 404 */
async function ownedCredential(
  { pool }: ApiContext,
  { distributorId }: Principal,
  id: string,
): Promise<{ type: string; holder: string }> {
  const { rows } = await pool.query<{ type: string; holder: string }>(
    `SELECT type, holder FROM credentials
     WHERE id = $1 AND distributor_id IS NOT NULL AND ($2::uuid IS NULL OR distributor_id = $2)`,
    [id, distributorId],
  );
  if (!rows[0]) throw notFound(`The credential ${id}`);
  return rows[0];
}

async function readRenewal(
  { pool }: ApiContext,
  principal: Principal,
  credentialId: string,
  id: string,
): Promise<Renewal> {
  const { rows } = await pool.query<Renewal>(
    `SELECT ${columns} FROM credential_renewals r WHERE r.id = $1 AND r.credential_id = $2`,
    [id, credentialId],
  );
  if (!rows[0]) throw notFound(`The renewal ${id}`);
  return renewalFor(principal, rows[0]);
}
