import { idempotencyKey, sendFile } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Answer } from '../api/types';

/** A document as the API describes it. */
export type DocumentFacts = Answer<'/v1/applications/{id}'>['documents'][number];

/** An applicant, who has no user: the application and its token. */
export interface Applicant {
  applicationId: string;
  token: string;
}

/** Headers of a request by an applicant; none for a signed-in person. */
export const headersOf = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { 'X-Applicant-Token': token };

/** The request of each file: a retry after a lost response is the same document. */
const requests = new WeakMap<File, { key: Record<string, string>; id?: string }>();

async function uploadDocument(file: File, applicant: Applicant | undefined): Promise<string> {
  const request = requests.get(file) ?? { key: { ...idempotencyKey() } };
  requests.set(file, request);
  if (request.id) return request.id;
  const { id } = await sendFile<{ id: string }>('/v1/documents', file, {
    query: { name: nameOf(file), applicationId: applicant?.applicationId },
    headers: { ...request.key, ...headersOf(applicant?.token) },
  });
  request.id = id;
  return id;
}

/** The name of a file, without what the API does not take and some systems allow. */
function nameOf({ name }: File): string {
  return (
    name
      .replace(/[/\\\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '_')
      .trim()
      .slice(-200)
      .trim() || 'document'
  );
}

/** Files that the API refused, each with the reason. The others are uploaded. */
export class DocumentsError extends Error {
  override name = 'DocumentsError';
  constructor(readonly faults: ReadonlyMap<File, unknown>) {
    super('files were refused');
  }
}

/**
 * Uploads files one after the other; those that were uploaded before are not sent again.
 * @returns the IDs of the documents
 * @throws DocumentsError if the API refused some; what else fails, as it is
 */
export async function uploadDocuments(files: readonly File[], applicant?: Applicant): Promise<string[]> {
  const ids: string[] = [];
  const faults = new Map<File, unknown>();
  for (const file of files) {
    try {
      ids.push(await uploadDocument(file, applicant));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status >= 500) throw error;
      faults.set(file, error);
    }
  }
  if (faults.size) throw new DocumentsError(faults);
  return ids;
}
