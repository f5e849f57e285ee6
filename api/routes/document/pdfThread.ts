import { parentPort, workerData } from 'node:worker_threads';
import { MAX_PDF_PAGES } from '../../../domain/document';
import type { PdfReport } from './pdf';

// Runs in a thread of its own, see `openPdf`: opens one PDF, reports, and ends.

const report = (message: PdfReport) => parentPort?.postMessage(message);

async function main(): Promise<void> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  report({ type: 'begun' });
  try {
    const pdf = await getDocument({
      data: new Uint8Array(workerData as Uint8Array),
      verbosity: VerbosityLevel.ERRORS,
      isEvalSupported: false,
      enableXfa: false,
      useSystemFonts: false,
      disableFontFace: true,
    }).promise;
    // Said at once: how many pages there are decides before what is on them.
    if (pdf.numPages > MAX_PDF_PAGES)
      return report({ type: 'opened', pages: pdf.numPages, isEncrypted: false });
    const { info } = await pdf.getMetadata();
    await pdf.getPage(1);
    const isEncrypted = Boolean((info as { EncryptFilterName?: string | null }).EncryptFilterName);
    report({ type: 'opened', pages: pdf.numPages, isEncrypted });
  } catch (error) {
    report({ type: 'failed', isEncrypted: (error as Error).name === 'PasswordException' });
  }
}

void main();
