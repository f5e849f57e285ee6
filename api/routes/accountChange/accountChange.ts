import { z } from 'zod';
import type { RequestedChange } from '../../../activities/accountChange/request';
import { notApprovedBy } from '../../../database/approvals';
import { createSealer, type Sealer } from '../../../database/sealing';
import { normalisePhone } from '../../../domain/credential';
import { CONTROLLERS, REVIEWERS, ROLES, type Role } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { ACCOUNT_FIELD_NAMES, CONFIRMATION_NAMES } from '../../../domain/words/names';
import { ACCOUNT_CHANGE } from '../../../domain/words/titles';
import { send } from '../../../temporal/messages';
import { requestAccountChange } from '../../../workflows/accountChange';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { accountName, lineOf, timestampInput, uuid, uuidParams } from '../../http/schemas';
import { senderOf } from '../../workflows/client';
import { actorOfCall } from '../../workflows/decisions';
import { refuseOthers } from '../distributor/own';
import {
  type AccountChange,
  type AccountChangeRow,
  accountChangeSchema,
  columns,
  detailSchema,
  fieldSchema,
  forReader,
  readAccountChange,
  stateSchema,
  tables,
} from './view';

const note = lineOf(1000).optional().describe('Why it is to change.');

const requestBody = z.discriminatedUnion('field', [
  z.strictObject({
    field: z.literal('bank_account'),
    bankAccount: z.strictObject({ number: lineOf(64), holder: lineOf(200), bankName: lineOf(200) }),
    note,
  }),
  z.strictObject({ field: z.literal('phone'), phone: lineOf(40), note }),
  z.strictObject({ field: z.literal('email'), email: z.email().max(254), note }),
  z.strictObject({ field: z.literal('name'), name: accountName, note }),
]);

/** Seals a number, so that none is in plain text from here on. */
function protectChange(sealer: Sealer, body: z.output<typeof requestBody>): RequestedChange {
  switch (body.field) {
    case 'bank_account': {
      const { number, holder, bankName } = body.bankAccount;
      return {
        field: body.field,
        bankAccount: { ...sealer.protect('bank_account', number), holder, bankName },
      };
    }
    case 'phone': {
      const phone = normalisePhone(body.phone);
      return { field: body.field, phone, hash: sealer.numberHash('phone', phone) };
    }
    case 'email':
      return { field: body.field, email: body.email };
    case 'name':
      return { field: body.field, name: body.name };
  }
}

/** A value as a file for people shows it: of a bank account with bank and holder. */
const textOf = ({ value, holder, bankName }: AccountChange['from']) =>
  [bankName, value, holder].filter(Boolean).join(' ');

const list = defineList({
  item: accountChangeSchema,
  columns: {
    id: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    field: column.named(ACCOUNT_CHANGE.field, ACCOUNT_FIELD_NAMES),
    from: column.shown(ACCOUNT_CHANGE.from, textOf),
    to: column.shown(ACCOUNT_CHANGE.to, textOf),
    confirmation: column.named(ACCOUNT_CHANGE.confirmation, CONFIRMATION_NAMES),
    note: column.text(ACCOUNT_CHANGE.note),
    requestedAt: column.time(ACCOUNT_CHANGE.requestedAt),
    requestedBy: column.text(ACCOUNT_CHANGE.requestedBy),
    effectiveAt: column.time(ACCOUNT_CHANGE.effectiveAt),
    endedAt: column.time(ACCOUNT_CHANGE.endedAt),
    reason: column.text(WORDS.reason),
  },
  filters: {
    state: stateSchema.optional(),
    field: fieldSchema.optional(),
    distributorId: uuid.optional(),
    requestedAfter: timestampInput.optional(),
    requestedBefore: timestampInput.optional(),
    awaitingMe: z
      .stringbool()
      .optional()
      .describe('Waiting for a decision or a confirmation that you can give.'),
  },
  sorts: { requestedAt: { column: 'c.requested_at', type: 'timestamptz' } },
  defaultSort: '-requestedAt',
  tie: { column: 'c.id', type: 'uuid' },
});

/** SQL: account change `c` waits for something that a user of this role can do, who counts once only. */
export function awaitsPerson(role: Role, user: string): string {
  const isAmong = (roles: readonly Role[]) => roles.includes(role);
  const confirms = `c.state = 'approved' AND c.confirmation = 'second_person'
    AND ${notApprovedBy(user, `'account_change/' || c.id`)}`;
  return `(${isAmong(CONTROLLERS)} AND ${confirms} OR ${isAmong(REVIEWERS)} AND c.state = 'requested')`;
}

export const accountChangeEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/distributors/{id}/account-changes',
    audit: ['account_change.request'],
    summary: 'Request a change of bank account, phone number, email address or name',
    description:
      'A reviewer approves it. A bank account is then confirmed by a second person (ACCOUNT_CHANGE_SECOND_PERSON), an email address by the link sent to it. After ACCOUNT_CHANGE_WAITING it takes effect. Withdrawals keep the account they were requested with. One open change of each field.',
    tag: 'account changes',
    roles: ROLES,
    scope: 'account-changes:write',
    params: uuidParams,
    body: requestBody,
    responses: { 201: { description: 'The requested change.', schema: detailSchema } },
    errors: ['distributor_state', 'account_unchanged', 'account_change_open'],
    handler: async ({ params: { id: distributorId }, body, context, resourceId: id, ...call }) => {
      const { principal } = call;
      await refuseOthers(context, principal, distributorId);
      const change = protectChange(createSealer(context.config), body);
      await send(senderOf(context), {
        kind: 'account_change',
        id,
        update: requestAccountChange,
        args: [{ id, distributorId, change, note: body.note, by: actorOfCall(call) }],
        messageId: id,
        resume: false,
      });
      return {
        status: 201,
        body: await readAccountChange(context.pool, id, principal),
        headers: { Location: `/v1/account-changes/${id}` },
      };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/account-changes',
    summary: 'List account changes',
    description: 'Distributors see their own.',
    tag: 'account changes',
    roles: ROLES,
    scope: 'account-changes:read',
    query: list.query,
    responses: list.responses,
    handler: ({ query, context, principal, req }) =>
      list.reply<AccountChangeRow>({
        context,
        req,
        query,
        select: columns,
        from: tables,
        where: (bind) => [
          principal.distributorId && `c.distributor_id = ${bind(principal.distributorId)}`,
          query.state && `c.state = ${bind(query.state)}`,
          query.field && `c.field = ${bind(query.field)}`,
          query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
          query.requestedAfter && `c.requested_at >= ${bind(query.requestedAfter)}`,
          query.requestedBefore && `c.requested_at < ${bind(query.requestedBefore)}`,
          query.awaitingMe !== undefined &&
            `${query.awaitingMe ? '' : 'NOT '}${awaitsPerson(principal.role, bind(principal.userId))}`,
        ],
        toItem: forReader(principal),
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/account-changes/{id}',
    summary: 'Get an account change with its timeline',
    tag: 'account changes',
    roles: ROLES,
    scope: 'account-changes:read',
    params: uuidParams,
    responses: { 200: { description: 'The account change.', schema: detailSchema } },
    handler: async ({ params: { id }, context, principal }) => ({
      status: 200,
      body: await readAccountChange(context.pool, id, principal),
    }),
  }),
];
