import sharp, { type Sharp } from 'sharp';
import {
  type DocumentContent,
  type DocumentFault,
  type DocumentType,
  MAX_IMAGE_PIXELS,
  MAX_PDF_PAGES,
} from '../../../domain/document';
import { documentTypeOf, isAmbiguous } from '../../../domain/documentContent';
import { refusals } from '../../../domain/refusals';
import { Problem } from '../../http/problem';
import { openPdf } from './pdf';

// The cache of the library is for programs that read one image many times.
sharp.cache(false);

/** Longest time to decode an image, in seconds. */
const DECODE_SECONDS = 2;

/**
 * Largest image that has to be in memory as a whole to be decoded, in pixels: a progressive JPEG, an interlaced PNG.
 */
const MAX_PIXELS_AT_ONCE = 20_000_000;

/** Longest side of a preview, in pixels: fine print stays readable. */
const PREVIEW_PIXELS = 2_400;

/** Runs tasks one after the other. */
function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

const pdfs = inTurn();
const images = inTurn();

/**
 * Runs what has a file in memory. Each process has one PDF and one image in memory at a time, so that many at once need
 * no more than two, and an image does not wait for a PDF that takes long.
 * @param type undefined for a file that will be refused
 */
export function withFileInMemory<T>(type: DocumentType | undefined, work: () => Promise<T>): Promise<T> {
  return type === 'application/pdf' ? pdfs(work) : images(work);
}

/**
 * Looks into a file: its type is what its content says, and the content has to open.
 * @param bytes the whole file
 * @throws Problem 415 or 422 that says why the file is not accepted
 */
export async function inspect(bytes: Buffer): Promise<DocumentContent> {
  const type = documentTypeOf(bytes);
  if (!type) throw notAccepted('document_type');
  if (isAmbiguous(bytes, type)) throw notAccepted('document_ambiguous');
  if (type !== 'application/pdf') return inspectImage(bytes, type);
  const opened = await openPdf(bytes);
  if ('fault' in opened) throw notAccepted(opened.fault);
  return { type, pages: opened.pages, width: null, height: null };
}

/**
 * An image as it is shown: decoded and encoded again, so that nothing of the file itself reaches a browser, and turned
 * as the camera noted.
 * @param bytes an image that was accepted
 * @returns a JPEG
 */
export function previewOf(bytes: Buffer): Promise<Buffer> {
  return decoder(bytes)
    .autoOrient()
    .resize(PREVIEW_PIXELS, PREVIEW_PIXELS, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .jpeg({ quality: 85 })
    .timeout({ seconds: DECODE_SECONDS })
    .toBuffer();
}

async function inspectImage(bytes: Buffer, type: DocumentType): Promise<DocumentContent> {
  const { width, height, isProgressive, format } = await decoder(bytes)
    .metadata()
    .catch((error: unknown) => {
      throw notAccepted(faultOf(error));
    });
  if (type !== `image/${format}`) throw notAccepted('document_damaged');
  const pixels = width * height;
  if (pixels > (isProgressive ? MAX_PIXELS_AT_ONCE : MAX_IMAGE_PIXELS))
    throw notAccepted('document_too_many_pixels');
  // Only decoding shows that the image is whole.
  await previewOf(bytes).catch((error: unknown) => {
    throw notAccepted(faultOf(error));
  });
  return { type, pages: null, width, height };
}

function decoder(bytes: Buffer): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: MAX_IMAGE_PIXELS, sequentialRead: true });
}

/** What the library's message says, which has no code. */
function faultOf(error: unknown): DocumentFault {
  const { message } = error as Error;
  if (/pixel limit/i.test(message)) return 'document_too_many_pixels';
  return /timeout/i.test(message) ? 'document_too_complex' : 'document_damaged';
}

const more: Partial<Record<DocumentFault, string>> = {
  document_too_many_pages: ` At most ${MAX_PDF_PAGES} are accepted.`,
  document_too_many_pixels: ` At most ${MAX_IMAGE_PIXELS / 1e6} million are accepted, and ${MAX_PIXELS_AT_ONCE / 1e6} million of a progressive or interlaced image.`,
};

function notAccepted(code: DocumentFault): Problem {
  const detail = refusals[code] + (more[code] ?? '');
  return new Problem({
    status: code === 'document_type' ? 415 : 422,
    code,
    detail,
    errors: [{ pointer: '', detail }],
  });
}
