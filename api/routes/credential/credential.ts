import { z } from 'zod';
import { dateIn } from '../../../domain/calendarDate';
import { kinds } from '../../../domain/kinds';
import { CHANNEL } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { CREDENTIAL_TYPES } from '../../../domain/words/names';
import { inLanguage } from '../../../domain/words/text';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { uuid } from '../../http/schemas';

/** How long before its end a credential counts as expiring, in days. */
const expiringDays = 30;
const stateSchema = z.enum(kinds.credential.states);

const credentialSchema = z.object({
  id: uuid,
  distributorId: uuid,
  distributorName: z.string(),
  type: z.string(),
  holder: z.string(),
  numberMasked: z.string(),
  validFrom: z.iso.date(),
  validUntil: z.iso.date().nullable().describe('Null for a long-term credential.'),
  daysLeft: z.int().nullable().describe('Days until the last valid day; negative after expiry.'),
  state: stateSchema.describe(`Expiring: ${expiringDays} days or less are left.`),
});

// Never null, so that it can be sorted by: a long-term credential sorts last.
const until = `coalesce(c.valid_until, '9999-12-31'::date)`;

const credentials = defineList({
  item: credentialSchema,
  columns: {
    id: null,
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    type: column.mostlyNamed({ zh: '资质', en: 'Credential' }, CREDENTIAL_TYPES),
    holder: column.text({ zh: '持有人', en: 'Holder' }),
    numberMasked: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    validFrom: column.day({ zh: '有效期自', en: 'Valid from' }),
    validUntil: column.day({ zh: '有效期至', en: 'Valid until' }),
    daysLeft: column.shown({ zh: '剩余', en: 'Time left' }, (days: number, { language }) =>
      inLanguage({ zh: `${days} 天`, en: `${days} days` }, language),
    ),
  },
  filters: {
    state: stateSchema.optional(),
    expiresBefore: z.iso.date().optional(),
    type: z.string().max(64).optional(),
    distributorId: uuid.optional(),
  },
  sorts: { validUntil: { column: until, type: 'date' } },
  defaultSort: 'validUntil',
  tie: { column: 'c.id', type: 'uuid' },
});

export const credentialEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/credentials',
    summary: 'List the credentials of all distributors by expiry date',
    description: "Days are counted in the brand's time zone.",
    tag: 'distributors',
    roles: CHANNEL,
    scope: 'credentials:read',
    query: credentials.query,
    responses: credentials.responses,
    handler: ({ query, context, req }) => {
      const today = dateIn(context.config.BRAND_TIME_ZONE, Date.now());
      // A date made here, not of the request, so that it may stand in the SQL text.
      const day = `'${today}'::date`;
      const ranges = {
        expired: `${until} < ${day}`,
        expiring: `${until} BETWEEN ${day} AND ${day} + ${expiringDays}`,
        valid: `${until} > ${day} + ${expiringDays}`,
      };
      return credentials.reply<z.input<typeof credentialSchema>>({
        context,
        req,
        query,
        select: `c.id, c.distributor_id AS "distributorId", d.name AS "distributorName", c.type, c.holder,
          c.number_masked AS "numberMasked", c.valid_from AS "validFrom", c.valid_until AS "validUntil",
          c.valid_until - ${day} AS "daysLeft",
          CASE WHEN ${ranges.expired} THEN 'expired' WHEN ${ranges.expiring} THEN 'expiring' ELSE 'valid' END AS state`,
        from: 'credentials c JOIN distributors d ON d.id = c.distributor_id',
        where: (bind) => [
          'c.distributor_id IS NOT NULL',
          query.state && ranges[query.state],
          query.expiresBefore && `${until} < ${bind(query.expiresBefore)}::date`,
          query.type && `c.type = ${bind(query.type)}`,
          query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
        ],
        toItem: (row) => row,
      });
    },
  }),
];
