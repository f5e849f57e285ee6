import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createHousekeepingActivities } from '../../activities/housekeeping';
import { deleteUnownedObjects, deleteUnreferenced } from '../../database/documentDeletion';
import { type DocumentStore, documentStore } from '../../database/documentStore';
import {
  addDocument,
  attachDocuments,
  documentsOf,
  findDocument,
  type NewDocument,
  readDocument,
} from '../../database/documents';
import { sealFile } from '../../database/fileSealing';
import type { Actor } from '../../database/journal';
import { createPool, inTransaction, type Pool } from '../../database/pool';
import { asRefusal } from '../../database/refusal';
import { createSealer } from '../../database/sealing';
import { subjectOf } from '../../domain/kinds';
import { testConfig } from '../support/config';
import { createDatabase } from '../support/database';
import { addDistributor, addUser } from '../support/platform';

let database: Awaited<ReturnType<typeof createDatabase>>;
let pool: Pool;
let store: DocumentStore;
let folder: string;
let config: ReturnType<typeof testConfig>;
const sealer = createSealer(testConfig());
const applicant: Actor = { userId: null, name: 'applicant' };

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, 16, () => {});
  folder = mkdtempSync(path.join(process.env.TEST_DATA_DIR!, 'documents-'));
  config = testConfig({ DOCUMENTS_FOLDER: folder });
  store = documentStore(config);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The files in the storage. */
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

function newDocument(bytes: Buffer, change: Partial<NewDocument> = {}): NewDocument {
  const key = randomBytes(32);
  return {
    id: randomUUID(),
    name: 'licence.png',
    owner: subjectOf('application', randomUUID()),
    by: applicant,
    content: { type: 'image/png', pages: null, width: 1, height: 1 },
    size: bytes.length,
    hash: sealer.hashOf('document').update(bytes).digest('hex'),
    key,
    sealed: () => sealFile(key, Readable.from([bytes])),
    ...change,
  };
}
const add = (bytes: Buffer, change: Partial<NewDocument> = {}, into: DocumentStore = store) =>
  addDocument({ pool, store: into, sealer }, newDocument(bytes, change));

async function contentOf(id: string): Promise<Buffer | undefined> {
  const document = await findDocument(pool, id);
  return document && buffer(await readDocument(store, sealer, document));
}

/** A distributor, whose application and credential can have documents. */
async function makeOwner(): Promise<{ id: string; applicationId: string; credentialId: string }> {
  const { id } = await addDistributor(pool);
  const credentialId = randomUUID();
  const { rows } = await pool.query<{ application_id: string }>(
    `INSERT INTO credentials (id, application_id, distributor_id, round, type, number_sealed, number_hash, number_masked, holder, valid_from, known_at)
     SELECT $2, application_id, id, 1, 'business_license', '', '', '', '', '2020-01-01', now() FROM distributors WHERE id = $1
     RETURNING application_id`,
    [id, credentialId],
  );
  return { id, applicationId: rows[0]!.application_id, credentialId };
}

/** A renewal of a credential. */
async function renew(credentialId: string): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO credential_renewals (id, credential_id, state, number_sealed, number_hash, number_masked, holder, valid_from, submitted_at, checks)
     VALUES ($1, $2, 'submitted', '', '', '', '', '2026-01-01', now(), '[]')`,
    [id, credentialId],
  );
  return id;
}

const attach = (subject: string, documentIds: string[], by: Actor = applicant, round?: number) =>
  inTransaction(pool, (client) => attachDocuments(client, { subject, documentIds, by, round }));

const later = () => new Date(Date.now() + 60_000);
/**
 * Deletes what nothing refers to, as if a day had passed, with the files.
 * @param since files that are being written since later are left
 */
async function erase(since = later()): Promise<number> {
  const deleted = await deleteUnreferenced(pool, later());
  await deleteUnownedObjects(pool, store, since);
  return deleted;
}

test('the same bytes of two distributors are one file; erasing one leaves the other, erasing both leaves none', async () => {
  await erase();
  const bytes = randomBytes(100_000);
  const [one, two] = [await makeOwner(), await makeOwner()];
  const [a, b] = [
    await add(bytes, { owner: subjectOf('distributor', one.id) }),
    await add(bytes, { owner: subjectOf('distributor', two.id) }),
  ];
  expect(a.id).not.toBe(b.id);
  expect(files()).toBe(1);
  await attach(subjectOf('credential', one.credentialId), [a.id]);
  await attach(subjectOf('credential', two.credentialId), [b.id]);

  await pool.query('DELETE FROM document_references WHERE document_id = $1', [a.id]);
  expect(await erase()).toBe(1);
  expect(await contentOf(a.id)).toBeUndefined();
  expect((await contentOf(b.id))?.equals(bytes)).toBe(true);
  expect(files()).toBe(1);

  await pool.query('DELETE FROM document_references WHERE document_id = $1', [b.id]);
  expect(await erase()).toBe(1);
  expect(files()).toBe(0);
  expect(
    (await pool.query('SELECT 1 FROM document_blobs UNION ALL SELECT 1 FROM unowned_objects')).rowCount,
  ).toBe(0);
});

test('the hash by which equal files are found cannot be made without the key', async () => {
  const bytes = randomBytes(100);
  const { id } = await add(bytes);
  const { objectName } = (await findDocument(pool, id))!;
  const { rows } = await pool.query<{ text: string }>('SELECT b::text AS text FROM document_blobs b');
  const plain = createHash('sha256').update(bytes).digest('hex');
  expect([objectName, ...rows.map(({ text }) => text)].join()).not.toContain(plain);
});

test('two erasures and an upload of the same bytes at once never lose a referenced file', async () => {
  const owner = await makeOwner();
  const subject = subjectOf('credential', owner.credentialId);
  for (let round = 0; round < 25; round++) {
    const bytes = randomBytes(1000);
    const mine = { owner: subjectOf('distributor', owner.id) };
    await Promise.all([add(bytes, mine), add(bytes, mine)]);
    const hourAgo = new Date(Date.now() - 3_600_000);
    const [, , kept] = await Promise.all([erase(hourAgo), erase(hourAgo), add(bytes, mine)]);
    // One of the erasures may have been later than the upload: then it took the document along.
    await attach(subject, [kept.id]).catch((error: unknown) => {
      expect(asRefusal(error)?.code).toBe('document_not_found');
    });
    await erase();
    const references = await documentsOf(pool, subject);
    expect(files()).toBe(references.length);
    for (const { id } of references) expect(await contentOf(id)).toBeDefined();
    if (references.length) expect((await contentOf(kept.id))?.equals(bytes)).toBe(true);
    await pool.query('DELETE FROM document_references');
  }
});

test('many uploads of the same bytes at once are one file', async () => {
  await erase();
  const bytes = randomBytes(50_000);
  const documents = await Promise.all(Array.from({ length: 8 }, () => add(bytes)));
  expect(files()).toBe(1);
  for (const { id } of documents) expect((await contentOf(id))?.equals(bytes)).toBe(true);
});

test.each([
  ['while the file is written', 'during'],
  ['between file and row', 'after'],
] as const)('a crash %s leaves nothing after housekeeping', async (_name, when) => {
  await erase();
  const dying: DocumentStore = {
    ...store,
    async put(name, content) {
      if (when === 'after') await store.put(name, content);
      else {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, `${name}.part`), randomBytes(1000));
      }
      throw new Error('killed');
    },
  };
  await expect(add(randomBytes(300_000), {}, dying)).rejects.toThrow('killed');
  expect(files()).toBe(1);
  // It may be an upload that still runs.
  await deleteUnownedObjects(pool, store, new Date(Date.now() - 3_600_000));
  expect(files()).toBe(1);
  await erase();
  expect(files()).toBe(0);
});

test('a storage that fails when a file is to be deleted is asked again by the next housekeeping', async () => {
  await add(randomBytes(100));
  await deleteUnreferenced(pool, later());
  const failing: DocumentStore = { ...store, delete: () => Promise.reject(new Error('away')) };
  await expect(deleteUnownedObjects(pool, failing, later())).rejects.toThrow('away');
  await deleteUnownedObjects(pool, store, later());
  expect(files()).toBe(0);
});

test('a repeated upload is the same document, and the same id for another file is refused', async () => {
  const bytes = randomBytes(100);
  const first = newDocument(bytes);
  const again = { ...newDocument(bytes), id: first.id, owner: first.owner };
  const context = { pool, store, sealer };
  const document = await addDocument(context, first);
  expect(await addDocument(context, again)).toEqual(document);
  for (const other of [
    { ...newDocument(randomBytes(100)), id: first.id, owner: first.owner },
    { ...newDocument(bytes), id: first.id },
  ])
    expect(asRefusal(await addDocument(context, other).catch((error) => error))?.code).toBe(
      'document_differs',
    );
});

describe('attaching', () => {
  const refusal = async (work: Promise<unknown>) =>
    asRefusal(
      await work.then(
        () => undefined,
        (error) => error,
      ),
    );

  test("a document can be attached to what is its owner's, also twice, and nothing else", async () => {
    const [own, other] = [await makeOwner(), await makeOwner()];
    const { id } = await add(randomBytes(10), { owner: subjectOf('distributor', own.id) });
    const subject = subjectOf('credential', own.credentialId);
    await attach(subject, [id], applicant, 2);
    await attach(subject, [id], applicant, 3);
    await attach(subjectOf('renewal', await renew(own.credentialId)), [id]);
    expect(await documentsOf(pool, subject)).toMatchObject([{ id, round: 2, attachedBy: 'applicant' }]);

    for (const foreign of [
      subjectOf('credential', other.credentialId),
      subjectOf('application', other.applicationId),
    ])
      expect(await refusal(attach(foreign, [id]))).toMatchObject({
        code: 'document_not_found',
        status: 404,
        pointer: '/documentIds/0',
      });
    expect(await documentsOf(pool, subjectOf('credential', other.credentialId))).toEqual([]);
  });

  test('an unknown document is refused by its place, and nothing is attached', async () => {
    const own = await makeOwner();
    const { id } = await add(randomBytes(10), { owner: subjectOf('distributor', own.id) });
    const subject = subjectOf('credential', own.credentialId);
    expect(await refusal(attach(subject, [id, randomUUID()]))).toMatchObject({ pointer: '/documentIds/1' });
    expect(await documentsOf(pool, subject)).toEqual([]);
  });

  test('staff attaches own uploads, once for one distributor', async () => {
    const [one, two] = [await makeOwner(), await makeOwner()];
    const [li, wang] = [await addUser(pool, 'compliance'), await addUser(pool, 'compliance')];
    const by = (userId: string): Actor => ({ userId, name: 'staff' });
    const { id } = await add(randomBytes(10), { owner: null, by: by(li) });
    const subject = subjectOf('application', one.applicationId);
    expect(await refusal(attach(subject, [id], by(wang)))).toMatchObject({ code: 'document_not_found' });
    await attach(subject, [id], by(li));
    expect((await findDocument(pool, id))?.owner).toBe(subject);
    expect(await refusal(attach(subjectOf('application', two.applicationId), [id], by(li)))).toMatchObject({
      code: 'document_attached',
      status: 409,
    });
  });

  test('a subject has at most 50 documents', async () => {
    const own = await makeOwner();
    const subject = subjectOf('credential', own.credentialId);
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO documents (id, blob_id, name, owner)
       SELECT gen_random_uuid(), (SELECT id FROM document_blobs LIMIT 1), 'card.png', $1 FROM generate_series(1, 51) RETURNING id`,
      [subjectOf('distributor', own.id)],
    );
    const ids = rows.map(({ id }) => id);
    await attach(subject, ids.slice(0, 50));
    expect(await refusal(attach(subject, ids.slice(50)))).toMatchObject({ code: 'too_many_documents' });
  });
});

test('housekeeping deletes uploads without a reference after a day, and those of a terminated distributor after the retention', async () => {
  await pool.query('DELETE FROM document_references');
  await erase();
  const upload = async (daysAgo: number, owner: { id: string; credentialId: string } | null) => {
    const { id } = await add(randomBytes(10), owner ? { owner: subjectOf('distributor', owner.id) } : {});
    await pool.query(
      'UPDATE documents SET uploaded_at = now() - make_interval(days => $2, mins => 5) WHERE id = $1',
      [id, daysAgo],
    );
    if (owner) await attach(subjectOf('credential', owner.credentialId), [id]);
    return id;
  };
  const owners = [await makeOwner(), await makeOwner(), await makeOwner()] as const;
  await pool.query(
    `UPDATE distributors SET terminated_at = now() - make_interval(days => CASE id WHEN $1 THEN 1096 ELSE 1094 END)
     WHERE id IN ($1, $2)`,
    [owners[0].id, owners[1].id],
  );
  const [unused, fresh] = [await upload(1, null), await upload(0, null)];
  const [over, ending, active] = [
    await upload(2000, owners[0]),
    await upload(2000, owners[1]),
    await upload(2000, owners[2]),
  ];
  const { deleteDocuments } = createHousekeepingActivities({ pool, config, sealer });

  expect(await new MockActivityEnvironment().run(deleteDocuments, Date.now())).toBe(2);

  const left = async (id: string) => (await findDocument(pool, id)) !== undefined;
  expect(await Promise.all([unused, fresh, over, ending, active].map(left))).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
  expect(files()).toBe(3);
  const { rows } = await pool.query(
    `SELECT actor FROM audit_entries WHERE action = 'document.delete' AND subject = 'document/' || $1::text`,
    [over],
  );
  expect(rows).toEqual([{ actor: 'system' }]);
});

test('after a change of keys documents are read as before, and the old key can go', async () => {
  const bytes = randomBytes(1000);
  const { id } = await add(bytes);
  const present = `k2:${randomBytes(32).toString('base64')}`;
  const rotated = testConfig({ FIELD_KEYS: `${present},${config.FIELD_KEYS}` });
  const { resealNumbers } = createHousekeepingActivities({
    pool,
    config: rotated,
    sealer: createSealer(rotated),
  });
  expect(await new MockActivityEnvironment().run(resealNumbers)).toMatchObject({
    resealed: expect.any(Number),
  });
  const alone = createSealer(testConfig({ FIELD_KEYS: present }));
  const read = await readDocument(store, alone, (await findDocument(pool, id))!);
  expect((await buffer(read)).equals(bytes)).toBe(true);
});
