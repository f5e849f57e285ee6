import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { create as contentDisposition } from 'content-disposition';
import { z } from 'zod';
import { documentStore } from '../../../database/documentStore';
import { addDocument, readDocument, type StoredDocument } from '../../../database/documents';
import { type Actor, type AuditEntry, addAudit } from '../../../database/journal';
import { createSealer } from '../../../database/sealing';
import { MAX_DOCUMENT_BYTES } from '../../../domain/document';
import { documentTypeOf } from '../../../domain/documentContent';
import { subjectOf } from '../../../domain/kinds';
import { type Endpoint, endpoint, type Reply } from '../../http/endpoint';
import { lineOf, uuid, uuidParams } from '../../http/schemas';
import { TOKEN_HEADER } from '../application/applicant';
import { admitUpload, readableDocument, uploaderOf } from './access';
import { inspect, previewOf, withFileInMemory } from './inspection';
import { documentSchema, toDocument } from './view';

const fileAnswer = (description: string) => ({
  200: {
    description,
    contentType: 'application/octet-stream',
    schema: z.string().meta({ format: 'binary' }),
  },
});

/** Uploading documents, and reading them. */
export const documentEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/documents',
    summary: 'Upload a document',
    description: `The body is the file itself: a PDF, JPEG or PNG up to 20 MB, with its Content-Length. Attach it to an application or a renewal by its ID within a day; otherwise it is deleted. An applicant sends applicationId and, in the header ${TOKEN_HEADER}, the token of the application.`,
    tag: 'documents',
    roles: 'public',
    scope: 'documents:write',
    query: z.object({
      name: lineOf(200)
        .refine(
          (name) => !/[/\\]/.test(name) && name !== '.' && name !== '..',
          'must be a file name without a path',
        )
        .describe('Name of the file, without a path.'),
      applicationId: uuid.optional().describe('For an applicant: the ID of the application.'),
    }),
    audit: ['document.upload'],
    takesFile: { maxBytes: MAX_DOCUMENT_BYTES, admit: admitUpload },
    responses: { 201: { description: 'The document.', schema: documentSchema } },
    errors: [
      'document_ambiguous',
      'document_damaged',
      'document_differs',
      'document_empty',
      'document_encrypted',
      'document_too_complex',
      'document_too_large',
      'document_too_many_pages',
      'document_too_many_pixels',
      'document_type',
      'length_required',
      'too_many_documents',
    ],
    handler: async ({ resourceId: id, ...call }) => {
      const { context, query, file } = call;
      const { actor, owner } = uploaderOf(call);
      const sealer = createSealer(context.config);
      const { size, hash, key, sealed } = file!;
      const document = await withFileInMemory(documentTypeOf(file!.head), async () => {
        const content = await inspect(await file!.bytes());
        return addDocument(
          { pool: context.pool, store: documentStore(context.config), sealer },
          { id, name: query.name, owner, by: actor, content, size, hash, key, sealed },
        );
      });
      return { status: 201, body: toDocument(document), headers: { Location: `/v1/documents/${id}` } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/documents/{id}',
    summary: 'Get a document',
    description: `The file as it was uploaded. For compliance staff, for the distributor or applicant to whom it belongs (an applicant sends the token in the header ${TOKEN_HEADER}), and for who uploaded it. The audit log records each view.`,
    tag: 'documents',
    roles: 'public',
    scope: 'documents:read',
    params: uuidParams,
    audit: ['document.view'],
    responses: fileAnswer('The file.'),
    errors: ['document_not_readable'],
    handler: async ({ params: { id }, ...call }) => {
      const { pool, config } = call.context;
      const { document, actor } = await readableDocument(call, id);
      const content = await readDocument(documentStore(config), createSealer(config), document);
      await addAudit(pool, viewEntry(document, actor, false));
      return fileReply(document, content);
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/documents/{id}/preview',
    summary: 'Get a document for display',
    description:
      'An image is encoded again, as a JPEG of at most 2,400 pixels on each side; a PDF is sent as it is, to be shown by a viewer without scripting. The audit log records each view.',
    tag: 'documents',
    roles: 'public',
    scope: 'documents:read',
    params: uuidParams,
    audit: ['document.view'],
    responses: fileAnswer('The preview.'),
    errors: ['document_not_readable'],
    handler: async ({ params: { id }, ...call }) => {
      const { pool, config } = call.context;
      const { document, actor } = await readableDocument(call, id);
      const content = await readDocument(documentStore(config), createSealer(config), document);
      await addAudit(pool, viewEntry(document, actor, true));
      if (document.type === 'application/pdf') return fileReply(document, content);
      const preview = await withFileInMemory(document.type, async () => previewOf(await buffer(content)));
      return fileReply({ ...document, type: 'image/jpeg', size: preview.length }, Readable.from([preview]));
    },
  }),
];

function viewEntry({ id, owner }: StoredDocument, actor: Actor, preview: boolean): AuditEntry {
  const after = { ...(owner && { about: owner }), preview };
  return { actor, action: 'document.view', subject: subjectOf('document', id), after };
}

/** A file that no browser opens by itself, nor keeps. */
function fileReply(
  { name, type, size }: Pick<StoredDocument, 'name' | 'type' | 'size'>,
  content: Readable,
): Reply {
  return {
    status: 200,
    raw: { contentType: type, content },
    headers: {
      'Content-Length': String(size),
      'Content-Disposition': contentDisposition(name),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'private, no-store',
    },
  };
}
