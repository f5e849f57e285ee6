/** Largest file, in bytes. */
export const MAX_DOCUMENT_BYTES = 20 * 1024 * 1024;

/** Largest image, in pixels. Phones take up to 50 million. */
export const MAX_IMAGE_PIXELS = 50_000_000;

/** Longest PDF, in pages. */
export const MAX_PDF_PAGES = 200;

/** Most documents of one subject, over all its rounds. */
export const MAX_DOCUMENTS_OF_SUBJECT = 50;

/** Types of files that are accepted. */
export const DOCUMENT_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;

export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** What is known of the content of a file. */
export interface DocumentContent {
  type: DocumentType;
  /** Of a PDF. */
  pages: number | null;
  /** Of an image, in pixels. */
  width: number | null;
  height: number | null;
}

/** Why a file is not accepted: a part of the refusal codes. */
export type DocumentFault =
  | 'document_ambiguous'
  | 'document_damaged'
  | 'document_encrypted'
  | 'document_too_complex'
  | 'document_too_many_pages'
  | 'document_too_many_pixels'
  | 'document_type';
