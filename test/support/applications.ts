import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { type Activities, createActivities } from '../../activities';
import { createMailer } from '../../activities/mail';
import { type Config, loadConfig } from '../../config';
import { createPool, type Pool } from '../../database/pool';
import { createSealer, type Sealer } from '../../database/sealing';
import type { Submission } from '../../domain/application';
import {
  completeLuhn,
  makeResidentIdentityNumber,
  makeUnifiedSocialCreditCode,
  normalisePhone,
} from '../../domain/credential';
import type { ApplicationAnswer } from '../../workflows/application';
import type { ProcessInput } from '../../workflows/shared/process';
import { createDatabase } from './database';
import { startSmtp, type TestSmtp } from './smtp';
import './runtime';

/** The plain numbers of an applicant, which must be found nowhere. */
export interface Numbers {
  identityNumber: string;
  bankAccount: string;
  phone: string;
}

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('');

/** Valid numbers that no other applicant of the run has. */
export function personNumbers(): Numbers {
  return {
    identityNumber: makeResidentIdentityNumber(
      '110101',
      `19${randomInt(60, 99)}-0${randomInt(1, 9)}-1${randomInt(9)}`,
      digits(3),
    ),
    bankAccount: completeLuhn(`622202${digits(12)}`),
    phone: `138${digits(8)}`,
  };
}

/** Valid numbers of a company. */
export function companyNumbers(): Numbers {
  return {
    identityNumber: makeUnifiedSocialCreditCode(`91350100M${digits(8)}`),
    bankAccount: digits(15),
    phone: `139${digits(8)}`,
  };
}

/** What an applicant fills in, as the body of a request. */
export function applicationForm({ identityNumber, bankAccount, phone }: Numbers, change: object = {}) {
  return {
    kind: 'person',
    name: '王小明',
    // Of its own, as mails are counted by address.
    email: `${randomUUID()}@example.com`,
    phone,
    channels: ['douyin'],
    region: 'CN-31',
    identityNumber,
    bankAccount: { number: bankAccount, holder: '王小明', bankName: '工商银行' },
    credentials: [
      {
        type: 'resident_identity_card',
        number: identityNumber,
        holder: '王小明',
        validFrom: '2015-01-01',
      },
    ],
    ...change,
  };
}

/** The submission of a person, sealed as the API does. */
export function personSubmission(
  sealer: Sealer,
  numbers: Numbers,
  change: Partial<Submission> = {},
): Submission {
  const phone = normalisePhone(numbers.phone);
  const number = sealer.protect('identity_number', numbers.identityNumber);
  return {
    kind: 'person',
    name: '王小明',
    email: 'wang@example.com',
    phone,
    phoneHash: sealer.numberHash('phone', phone),
    channels: ['douyin'],
    region: 'CN-31',
    locale: 'zh-CN',
    sponsorCode: null,
    shopCustomerId: null,
    identityNumber: number,
    bankAccount: {
      ...sealer.protect('bank_account', numbers.bankAccount),
      holder: '王小明',
      bankName: '工商银行',
    },
    credentials: [
      {
        id: randomUUID(),
        type: 'resident_identity_card',
        number,
        holder: '王小明',
        validFrom: '2015-01-01',
        validUntil: null,
      },
    ],
    fingerprint: randomBytes(32).toString('hex'),
    ...change,
  };
}

/** A worker on a database and a mail server of its own. */
export interface ApplicationWorld {
  pool: Pool;
  sealer: Sealer;
  config: Config;
  smtp: TestSmtp;
  client: Client;
  compliance: { userId: string; name: string };
  taskQueue: string;
  submit(submission: Submission, id?: string): Promise<{ id: string; answer: ApplicationAnswer }>;
  start(id: string): Promise<void>;
  update(id: string, name: string, request: object): Promise<ApplicationAnswer>;
  result(id: string): Promise<unknown>;
  mails(id: string): Promise<MailRow[]>;
  row(id: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

interface MailRow {
  key: string;
  state: string;
  attempts: number;
  last_error: string | null;
  subject: string;
}

/** Starts a worker. `wrap` stands between Temporal and the activities, to let them fail or die. */
export async function startApplicationWorld(options: {
  client: Client;
  connection: NativeConnection;
  smtp?: TestSmtp;
  wrap?: (activities: Activities) => Activities;
}): Promise<ApplicationWorld> {
  const { client } = options;
  const database = await createDatabase();
  const pool = createPool(database.url, 10, () => {});
  const smtp = options.smtp ?? (await startSmtp());
  const config = loadConfig({
    DATABASE_URL: database.url,
    FIELD_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    FIELD_HASH_KEY: randomBytes(32).toString('hex'),
    SMTP_URL: smtp.url,
  });
  const sealer = createSealer(config);
  const mailer = createMailer(config, 500);
  const activities = createActivities({ pool, sealer, mailer, config });
  const taskQueue = `applications-${randomUUID()}`;
  const worker = await Worker.create({
    connection: options.connection,
    namespace: client.options.namespace,
    taskQueue,
    workflowBundle: { code: readFileSync(process.env.TEST_WORKFLOW_BUNDLE!, 'utf8') },
    activities: options.wrap?.(activities) ?? activities,
  });
  const running = worker.run();
  const compliance = { userId: randomUUID(), name: '李审核' };
  await pool.query(
    `INSERT INTO users (id, email, name, role) VALUES ($1, 'li@example.com', $2, 'compliance')`,
    [compliance.userId, compliance.name],
  );
  const workflowId = (id: string) => `application/${id}`;
  return {
    pool,
    sealer,
    config,
    smtp,
    client,
    compliance,
    taskQueue,
    async submit(submission, id = randomUUID()) {
      const answer = await client.workflow.executeUpdateWithStart<
        (input: ProcessInput) => Promise<unknown>,
        ApplicationAnswer,
        unknown[]
      >('submit', {
        args: [{ submission, actor: { userId: null, name: 'applicant' } }],
        updateId: randomUUID(),
        startWorkflowOperation: new WithStartWorkflowOperation('application', {
          workflowId: workflowId(id),
          taskQueue,
          args: [{ id }],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
      return { id, answer };
    },
    async start(id) {
      await client.workflow.start('application', {
        workflowId: workflowId(id),
        taskQueue,
        args: [{ id, resume: true }],
      });
    },
    update: (id, name, request) =>
      client.workflow
        .getHandle(workflowId(id))
        .executeUpdate<ApplicationAnswer, [object]>(name, { args: [{ actor: compliance, ...request }] }),
    result: (id) => client.workflow.getHandle(workflowId(id)).result(),
    async mails(id) {
      const { rows } = await pool.query<MailRow>(
        'SELECT * FROM mails WHERE subject_ref = $1 ORDER BY created_at',
        [workflowId(id)],
      );
      return rows;
    },
    async row(id) {
      const { rows } = await pool.query<Record<string, unknown>>('SELECT * FROM applications WHERE id = $1', [
        id,
      ]);
      return rows[0]!;
    },
    async stop() {
      worker.shutdown();
      await running;
      await pool.end();
      await database.drop();
      await smtp.stop();
    },
  };
}

/**
 * Adds a document that was uploaded so many days ago, as rows without a file.
 * @param owner `application/<id>` or `distributor/<id>`
 */
export async function addDocumentRow(pool: Pool, owner: string, daysAgo = 0): Promise<string> {
  const [blobId, id] = [randomUUID(), randomUUID()];
  await pool.query(
    `INSERT INTO document_blobs (id, content_hash, object_name, key_sealed, type, size) VALUES ($1, $2, $3, '', 'image/png', 1)`,
    [blobId, randomBytes(32), `test/${blobId}`],
  );
  await pool.query(
    `INSERT INTO documents (id, blob_id, name, owner, uploaded_at) VALUES ($1, $2, 'card.png', $3, now() - make_interval(days => $4))`,
    [id, blobId, owner, daysAgo],
  );
  return id;
}
