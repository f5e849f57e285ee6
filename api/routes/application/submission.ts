import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../../../config';
import { createSealer } from '../../../database/sealing';
import type { Submission } from '../../../domain/application';
import { normalisePhone } from '../../../domain/credential';
import { knownCustomer } from '../../../domain/customer';
import { keyOf } from '../../../domain/kinds';
import { canonicalJson } from '../../http/idempotency';
import { accountName, lineOf } from '../../http/schemas';
import { documentIdsBody } from '../document/view';
import { applicantKind } from './view';

/** What an applicant submits. */
export const submissionBody = z.strictObject({
  kind: applicantKind,
  name: accountName.describe('Name of the person or company.'),
  email: z.email().max(254).describe('Email address for updates on each step.'),
  phone: lineOf(40),
  channels: z.array(lineOf(100)).min(1).max(20).describe('Sales channels, such as douyin.'),
  region: lineOf(100).describe('Region where the applicant wants to sell.'),
  locale: z.enum(['zh-CN', 'en']).default('zh-CN').describe('Language of emails.'),
  sponsorCode: lineOf(40).nullish().describe('Referral code of the sponsor.'),
  shopCustomerId: lineOf(200)
    .nullish()
    .describe("The applicant's own customer ID in the shop, used to recognise own purchases."),
  identityNumber: lineOf(64).describe(
    'Resident identity number (GB 11643) of a person, unified social credit code (GB 32100-2015) of a company.',
  ),
  bankAccount: z.strictObject({ number: lineOf(64), holder: lineOf(200), bankName: lineOf(200) }),
  credentials: z
    .array(
      z
        .strictObject({
          type: z
            .string()
            .regex(/^[a-z][a-z0-9_]{0,63}$/, 'use small letters, digits and underscores')
            .describe('Such as resident_identity_card, business_license or food_permit.'),
          number: lineOf(100),
          holder: lineOf(200),
          validFrom: z.iso.date(),
          validUntil: z.iso.date().nullish().describe('Omit or send null for a long-term credential.'),
        })
        .refine(({ validFrom, validUntil }) => !validUntil || validUntil >= validFrom, {
          path: ['validUntil'],
          message: 'is before validFrom',
        }),
    )
    .min(1)
    .max(20),
  documentIds: documentIdsBody
    .optional()
    .describe(
      'Documents uploaded before: by staff, or by the applicant with the token, as for a resubmission. They are added to those of earlier submissions.',
    ),
});

/** Seals every sensitive number; from here on none is in plain text. */
export function protectSubmission(config: Config, body: z.output<typeof submissionBody>): Submission {
  const sealer = createSealer(config);
  const { bankAccount, credentials, identityNumber, ...rest } = body;
  const phone = normalisePhone(body.phone);
  return {
    ...rest,
    phone,
    phoneHash: sealer.numberHash('phone', phone),
    sponsorCode: body.sponsorCode ?? null,
    shopCustomerId: knownCustomer({ externalId: body.shopCustomerId })?.externalId ?? null,
    identityNumber: sealer.protect('identity_number', identityNumber),
    bankAccount: {
      ...sealer.protect('bank_account', bankAccount.number),
      holder: bankAccount.holder,
      bankName: bankAccount.bankName,
    },
    credentials: credentials.map(({ number, ...credential }) => ({
      ...credential,
      id: randomUUID(),
      number: sealer.protect(keyOf('credential', credential.type), number),
      validUntil: credential.validUntil ?? null,
    })),
    fingerprint: sealer.numberHash('application', canonicalJson(body)),
  };
}
