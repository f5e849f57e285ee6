import { subjectOf } from '../domain/kinds';
import type { DocumentStore } from './documentStore';
import { addAudit, SYSTEM } from './journal';
import { type Client, inTransaction, type Pool } from './pool';

/** Documents of one batch: few enough not to block other transactions. */
const BATCH = 100;

/**
 * Deletes a batch of documents that nothing refers to, and each blob with its last document. The files are deleted
 * afterwards (`deleteUnownedObjects`).
 * @param uploadedBefore later uploads may still be attached
 * @returns how many documents were deleted; 0 when none is left
 */
export function deleteUnreferenced(pool: Pool, uploadedBefore: Date): Promise<number> {
  return inTransaction(pool, (client) => deleteBatch(client, uploadedBefore));
}

// Each statement after a lock sees what was committed before the lock was given: a document that was attached, or a
// blob that got another document, in the meantime stays.
async function deleteBatch(client: Client, uploadedBefore: Date): Promise<number> {
  const unreferenced = 'NOT EXISTS (SELECT 1 FROM document_references r WHERE r.document_id = d.id)';
  const { rows: found } = await client.query<{ id: string }>(
    `SELECT id FROM documents d WHERE uploaded_at < $1 AND ${unreferenced}
     ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
    [uploadedBefore],
  );
  const { rows: deleted } = await client.query<{ id: string; blob_id: string }>(
    `DELETE FROM documents d WHERE id = ANY ($1) AND ${unreferenced} RETURNING id, blob_id`,
    [found.map(({ id }) => id)],
  );
  for (const { id } of deleted) {
    await addAudit(client, { actor: SYSTEM, action: 'document.delete', subject: subjectOf('document', id) });
  }
  const blobs = [...new Set(deleted.map((row) => row.blob_id))];
  await client.query('SELECT 1 FROM document_blobs WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [blobs]);
  await client.query(
    `WITH deleted AS (
       DELETE FROM document_blobs b
       WHERE id = ANY ($1) AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.blob_id = b.id) RETURNING object_name
     )
     INSERT INTO unowned_objects (name, since) SELECT object_name, '-infinity' FROM deleted`,
    [blobs],
  );
  return deleted.length;
}

/**
 * Deletes a batch of files that no blob owns.
 * @param since files that are being written have a later time
 * @returns how many there were; 0 when none is left
 * @throws DocumentStoreError; a later run goes on
 */
export async function deleteUnownedObjects(pool: Pool, store: DocumentStore, since: Date): Promise<number> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM unowned_objects WHERE since < $1 ORDER BY since, name LIMIT ${BATCH}`,
    [since],
  );
  for (const { name } of rows) await deleteUnowned(pool, store, name);
  return rows.length;
}

/** Deletes a file, unless a blob owns it by now. */
export function deleteUnowned(pool: Pool, store: DocumentStore, name: string): Promise<void> {
  return inTransaction(pool, async (client) => {
    // An upload that would make a blob of the file waits for this lock, and then finds no row.
    const { rowCount } = await client.query('SELECT 1 FROM unowned_objects WHERE name = $1 FOR UPDATE', [
      name,
    ]);
    if (!rowCount) return;
    await store.delete(name);
    await client.query('DELETE FROM unowned_objects WHERE name = $1', [name]);
  });
}

/**
 * Removes the references of the documents of distributors who were terminated before a time.
 * @returns how many references
 */
export async function detachTerminated(pool: Pool, terminatedBefore: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM document_references r USING documents d, distributors t
     WHERE r.document_id = d.id AND t.terminated_at < $1
       AND d.owner IN ('distributor/' || t.id, 'application/' || t.application_id)`,
    [terminatedBefore],
  );
  return rowCount ?? 0;
}
