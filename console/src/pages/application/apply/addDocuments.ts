import { api, idempotencyKey } from '../../../api/client';
import { type Applicant, headersOf, uploadDocuments } from '../../../documents/documents';

/**
 * Uploads the files of an applicant and adds them to the application. One that is not accepted keeps back no other.
 * @returns the files that were not added
 */
export async function addDocuments(files: readonly File[], applicant: Applicant): Promise<File[]> {
  const refused: File[] = [];
  const documentIds: string[] = [];
  for (const file of files) {
    try {
      documentIds.push(...(await uploadDocuments([file], applicant)));
    } catch {
      refused.push(file);
    }
  }
  if (!documentIds.length) return refused;
  try {
    await api.POST('/v1/applications/{id}/documents', {
      params: { path: { id: applicant.applicationId }, header: idempotencyKey() },
      headers: headersOf(applicant.token),
      body: { documentIds },
    });
    return refused;
  } catch {
    return [...files];
  }
}
