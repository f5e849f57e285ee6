import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { type DocumentContent, MAX_DOCUMENTS_OF_SUBJECT } from '../domain/document';
import { idParts, type Kind, parseSubject, subjectOf } from '../domain/kinds';
import { notFound } from './decide';
import { deleteUnowned } from './documentDeletion';
import type { DocumentStore } from './documentStore';
import { openFile } from './fileSealing';
import { type Actor, addAudit } from './journal';
import { type Client, inTransaction, type Pool } from './pool';
import { refuse } from './refusal';
import type { Sealer } from './sealing';

/** A file that was received and looked into, before it is stored. */
export interface NewDocument {
  /** The same for each attempt of one request. */
  id: string;
  name: string;
  /** Whose it is: a subject of an application or a distributor; null where staff uploads. */
  owner: string | null;
  by: Actor;
  content: DocumentContent;
  /** Bytes. */
  size: number;
  /** Keyed hash of the content, in hexadecimal. */
  hash: string;
  /** The key that sealed it. */
  key: Buffer;
  /** A new stream of the sealed file with each call. */
  sealed: () => Readable;
}

/** A document as others name and show it. */
export interface DocumentSummary extends DocumentContent {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  uploadedAt: Date;
}

/** A document of a subject. */
export interface AttachedDocument extends DocumentSummary {
  /** Which submission of the subject brought it. */
  round: number;
  attachedBy: string;
  attachedAt: Date;
}

/** A document with what is needed to read it and to decide who may. */
export interface StoredDocument extends DocumentSummary {
  owner: string | null;
  uploadedBy: string | null;
  objectName: string;
  keySealed: string;
}

const summaryColumns = `d.id, d.name, b.type, b.size, b.pages, b.width, b.height, d.uploaded_at AS "uploadedAt"`;

/**
 * Stores a file and records the document. Equal files are stored once: one blob, many documents.
 *
 * The name of the file in the storage is a row before the file is written, and belongs to the blob from the commit on;
 * so whatever a crash leaves behind is found by its row (`deleteUnownedObjects`).
 * @returns the document; that of the first attempt, where this repeats one
 * @throws refusal `document_differs` where a document of this id has another content, DocumentStoreError
 */
export async function addDocument(
  { pool, store, sealer }: { pool: Pool; store: DocumentStore; sealer: Sealer },
  document: NewDocument,
): Promise<DocumentSummary> {
  const { id, hash } = document;
  const known = await findDocument(pool, id);
  if (known) return sameOrRefused(pool, known, document);
  const stored = await pool.query('SELECT 1 FROM document_blobs WHERE content_hash = $1', [bytesOf(hash)]);
  const objectName = `${hash.slice(0, 2)}/${hash}-${randomUUID()}`;
  if (!stored.rowCount) {
    await pool.query('INSERT INTO unowned_objects (name) VALUES ($1)', [objectName]);
    await store.put(objectName, document.sealed());
  }
  const isRecorded = await inTransaction(pool, (client) =>
    recordDocument(client, document, { objectName, keySealed: sealer.seal(document.key.toString('base64')) }),
  );
  // The blob that made writing needless was deleted in between.
  if (!isRecorded) return addDocument({ pool, store, sealer }, document);
  // An equal upload at the same time was first: its file is the blob's.
  if (!stored.rowCount) await deleteUnowned(pool, store, objectName);
  return sameOrRefused(pool, (await findDocument(pool, id))!, document);
}

/** Writes the rows. @returns false where there is neither a blob nor a file for one */
async function recordDocument(
  client: Client,
  { id, name, owner, by, content, size, hash }: NewDocument,
  { objectName, keySealed }: { objectName: string; keySealed: string },
): Promise<boolean> {
  // Locks the row, also against its deletion, until the document refers to it.
  let { rows } = await client.query<{ id: string }>(
    'SELECT id FROM document_blobs WHERE content_hash = $1 FOR KEY SHARE',
    [bytesOf(hash)],
  );
  if (!rows.length) {
    ({ rows } = await client.query<{ id: string }>(
      `INSERT INTO document_blobs (id, content_hash, object_name, key_sealed, type, size, pages, width, height)
       SELECT $1, $2, name, $4, $5, $6, $7, $8, $9 FROM unowned_objects WHERE name = $3 FOR UPDATE
       ON CONFLICT (content_hash) DO UPDATE SET content_hash = excluded.content_hash RETURNING id`,
      [
        randomUUID(),
        bytesOf(hash),
        objectName,
        keySealed,
        content.type,
        size,
        content.pages,
        content.width,
        content.height,
      ],
    ));
    if (!rows.length) return false;
    await client.query(
      `DELETE FROM unowned_objects u USING document_blobs b
       WHERE u.name = $1 AND b.id = $2 AND b.object_name = u.name`,
      [objectName, rows[0]!.id],
    );
  }
  const { rowCount } = await client.query(
    `INSERT INTO documents (id, blob_id, name, owner, uploaded_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
    [id, rows[0]!.id, name, owner, by.userId],
  );
  if (rowCount) {
    // Without the name, which often has a person's: the audit trail stays when the document is deleted.
    const after = { contentType: content.type, size, ...(owner && { about: owner }) };
    await addAudit(client, {
      actor: by,
      action: 'document.upload',
      subject: subjectOf('document', id),
      after,
    });
  }
  return true;
}

/** The document that a repeat finds, unless it is another file or another user's. */
async function sameOrRefused(
  pool: Pool,
  { owner, uploadedBy, ...document }: StoredDocument,
  { hash, ...upload }: NewDocument,
): Promise<DocumentSummary> {
  const isSender = upload.by.userId ? uploadedBy === upload.by.userId : owner === upload.owner;
  const { rowCount } = await pool.query(
    `SELECT 1 FROM documents d JOIN document_blobs b ON b.id = d.blob_id WHERE d.id = $1 AND b.content_hash = $2`,
    [document.id, bytesOf(hash)],
  );
  if (isSender && rowCount) return document;
  throw refuse({
    code: 'document_differs',
    status: 409,
    message: 'This request already uploaded another file. Use a new Idempotency-Key for a new file.',
  });
}

/** Finds a document by its id. */
export async function findDocument(database: Pool | Client, id: string): Promise<StoredDocument | undefined> {
  const { rows } = await database.query<StoredDocument>(
    `SELECT ${summaryColumns}, d.owner, d.uploaded_by AS "uploadedBy", b.object_name AS "objectName",
       b.key_sealed AS "keySealed"
     FROM documents d JOIN document_blobs b ON b.id = d.blob_id WHERE d.id = $1`,
    [id],
  );
  return rows[0];
}

/**
 * Reads the content of a document. Where the stored file was changed, this fails at its beginning, or the stream later.
 * @throws DocumentStoreError, SealError
 */
export async function readDocument(
  store: DocumentStore,
  sealer: Sealer,
  { objectName, keySealed }: StoredDocument,
): Promise<Readable> {
  const key = Buffer.from(sealer.open(keySealed), 'base64');
  const content = openFile(key, await store.get(objectName));
  await once(content, 'readable');
  return content;
}

/** Whose documents a subject takes: the kind of the owner and, by `$1`, the id of the subject, that of the owner. */
const owners: Partial<Record<Kind, { kind: 'application' | 'distributor'; find: string }>> = {
  application: { kind: 'application', find: 'SELECT id FROM applications WHERE id = $1::uuid' },
  credential: {
    kind: 'distributor',
    find: 'SELECT distributor_id AS id FROM credentials WHERE id = $1::uuid',
  },
  renewal: {
    kind: 'distributor',
    find: `SELECT c.distributor_id AS id FROM credential_renewals r JOIN credentials c ON c.id = r.credential_id
           WHERE r.id = $1::uuid`,
  },
};

/**
 * Attaches uploaded documents to what they were submitted for, in the transaction of that step. What is attached to the
 * subject already stays as it is.
 * @param command.subject an application, a credential or a renewal
 * @param command.by who submits. Staff can attach what they uploaded themselves and what belongs to the subject's owner
 * @param command.round which submission of the subject it is @default 1
 * @throws refusal `document_not_found` for a document that does not exist or belongs to another owner,
 *   `document_attached` where the same person attached it for another owner, `too_many_documents`
 */
export async function attachDocuments(
  client: Client,
  {
    subject,
    documentIds,
    by,
    round = 1,
  }: { subject: string; documentIds: readonly string[]; by: Actor; round?: number },
): Promise<void> {
  if (!documentIds.length) return;
  const owner = await ownerOf(client, subject);
  // In the order of their ids, so that two steps at once cannot lock each other out.
  const { rows } = await client.query<{ id: string; owner: string | null; uploadedBy: string | null }>(
    `SELECT id, owner, uploaded_by AS "uploadedBy" FROM documents WHERE id = ANY ($1) ORDER BY id FOR UPDATE`,
    [documentIds],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const [at, id] of documentIds.entries()) {
    const pointer = `/documentIds/${at}`;
    const document = found.get(id);
    if (document?.owner === owner) continue;
    const isOwnUpload = document && by.userId !== null && document.uploadedBy === by.userId;
    if (!isOwnUpload) throw notFound('document', id, pointer);
    if (document.owner === null) continue;
    throw refuse({
      code: 'document_attached',
      status: 409,
      message: `The document ${id} belongs to another applicant or distributor. Upload the file once more.`,
      pointer,
    });
  }
  await client.query('UPDATE documents SET owner = $2 WHERE id = ANY ($1) AND owner IS NULL', [
    documentIds,
    owner,
  ]);
  await client.query(
    `INSERT INTO document_references (document_id, subject, round, attached_by)
     SELECT id, $2, $3, $4 FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING`,
    [documentIds, subject, round, by.name],
  );
  const { rows: counted } = await client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM document_references WHERE subject = $1',
    [subject],
  );
  if (counted[0]!.count > MAX_DOCUMENTS_OF_SUBJECT) {
    throw refuse({
      code: 'too_many_documents',
      status: 422,
      message: `This would have more than ${MAX_DOCUMENTS_OF_SUBJECT} documents. Combine pages into one PDF.`,
      pointer: '/documentIds',
    });
  }
}

async function ownerOf(client: Client, subject: string): Promise<string> {
  const named = parseSubject(subject);
  const owner = named && owners[named.kind];
  if (!owner) throw new TypeError(`no documents can be attached to ${subject}`);
  const { rows } = await client.query<{ id: string | null }>(owner.find, [idParts(named.id)[0]]);
  if (!rows[0]?.id) throw new TypeError(`${subject} has no owner`);
  return subjectOf(owner.kind, rows[0].id);
}

/** The documents of a subject, in the order in which they were attached. */
export async function documentsOf(database: Pool | Client, subject: string): Promise<AttachedDocument[]> {
  const { rows } = await database.query<AttachedDocument>(
    `SELECT ${summaryColumns}, r.round, r.attached_by AS "attachedBy", r.attached_at AS "attachedAt"
     FROM document_references r JOIN documents d ON d.id = r.document_id JOIN document_blobs b ON b.id = d.blob_id
     WHERE r.subject = $1 ORDER BY r.round, r.attached_at, d.uploaded_at, d.id`,
    [subject],
  );
  return rows;
}

const bytesOf = (hash: string) => Buffer.from(hash, 'hex');
