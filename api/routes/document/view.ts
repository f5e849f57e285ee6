import { z } from 'zod';
import type { AttachedDocument, DocumentSummary } from '../../../database/documents';
import { DOCUMENT_TYPES } from '../../../domain/document';
import { timestampOutput, uuid } from '../../http/schemas';

const fields = {
  id: uuid,
  name: z.string(),
  type: z.enum(DOCUMENT_TYPES),
  size: z.int().describe('Bytes.'),
  pages: z.int().nullable().describe('Of a PDF.'),
  width: z.int().nullable().describe('Of an image, in pixels.'),
  height: z.int().nullable().describe('Of an image, in pixels.'),
  uploadedAt: timestampOutput,
};

/** Which uploaded documents belong to a submission. */
export const documentIdsBody = z.array(uuid).min(1).max(20);

/** A document. */
export const documentSchema = z.object(fields).meta({ id: 'Document' });

/** A document of an application or a renewal. */
export const attachedDocumentSchema = z
  .object({
    ...fields,
    round: z.int().describe('The submission that brought it.'),
    attachedBy: z.string(),
    attachedAt: timestampOutput,
  })
  .meta({ id: 'AttachedDocument' });

export function toDocument({ id, name, type, size, pages, width, height, uploadedAt }: DocumentSummary) {
  return { id, name, type, size, pages, width, height, uploadedAt: uploadedAt.toISOString() };
}

export function toAttachedDocument(document: AttachedDocument): z.input<typeof attachedDocumentSchema> {
  const { round, attachedBy, attachedAt } = document;
  return { ...toDocument(document), round, attachedBy, attachedAt: attachedAt.toISOString() };
}
