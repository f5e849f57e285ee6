import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type DocumentFault, MAX_PDF_PAGES } from '../../../domain/document';
import { unavailable } from '../../http/problem';

/** What the thread reports: that it is about to open the file, and then what it found. */
export type PdfReport =
  | { type: 'begun' }
  | { type: 'opened'; pages: number; isEncrypted: boolean }
  | { type: 'failed'; isEncrypted: boolean };

/** Longest time to open a PDF, in milliseconds, by the clock and of processor time: a busy machine alone refuses none. */
const TIME_MS = 1_200;
/** Longest wait of the caller, in milliseconds. */
const WAIT_MS = 15_000;
/** Most memory to open a PDF, in bytes: the heap of the thread, and what this process grows by meanwhile. */
const HEAP_MB = 128;
const GROWTH_BYTES = 192 * 1024 * 1024;
const LOOK_EVERY_MS = 20;

const isSource = __filename.endsWith('.ts');

/** The file that the thread runs. Sources are not what Node runs, so their thread first loads what translates them. */
function threadCode(): string {
  const file = path.join(__dirname, 'pdfThread');
  return isSource
    ? `require(${JSON.stringify(require.resolve('tsx/cjs'))}); require(${JSON.stringify(file)});`
    : `${file}.js`;
}

/**
 * Opens a PDF in a thread of its own, which is ended when it takes too much time or memory.
 * @param bytes the whole file
 * @returns its pages, or why it is not accepted
 */
export function openPdf(bytes: Buffer): Promise<{ pages: number } | { fault: DocumentFault }> {
  const thread = new Worker(threadCode(), {
    eval: isSource,
    workerData: bytes,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    // What a parser says about a file from outside is nothing for the log.
    stdout: true,
    stderr: true,
  });
  const memory = process.memoryUsage.rss();
  return new Promise<{ pages: number } | { fault: DocumentFault }>((resolve, reject) => {
    const tooComplex = () => resolve({ fault: 'document_too_complex' });
    const wait = setTimeout(() => reject(unavailable('The server is too busy to open the file.')), WAIT_MS);
    let begun: { at: number; used: NodeJS.CpuUsage } | undefined;
    const look = setInterval(() => {
      // The limit of the thread counts its heap only, not the buffers of decompressed streams.
      if (process.memoryUsage.rss() - memory > GROWTH_BYTES) tooComplex();
      if (!begun || performance.now() - begun.at < TIME_MS) return;
      const { user, system } = process.cpuUsage(begun.used);
      if (user + system > TIME_MS * 1000) tooComplex();
    }, LOOK_EVERY_MS);
    thread.on('message', (report: PdfReport) => {
      if (report.type === 'begun') begun = { at: performance.now(), used: process.cpuUsage() };
      else resolve(judge(report));
    });
    thread.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') tooComplex();
      else reject(error);
    });
    thread.on('exit', () => {
      clearTimeout(wait);
      clearInterval(look);
      // Without a report: the thread ended by itself, as when it ran out of stack.
      resolve({ fault: 'document_damaged' });
    });
  }).finally(() => thread.terminate());
}

function judge(report: Exclude<PdfReport, { type: 'begun' }>): { pages: number } | { fault: DocumentFault } {
  // Also one that opens without a password: other programs, or a later one, may not read it.
  if (report.isEncrypted) return { fault: 'document_encrypted' };
  if (report.type === 'failed' || report.pages < 1) return { fault: 'document_damaged' };
  return report.pages > MAX_PDF_PAGES ? { fault: 'document_too_many_pages' } : { pages: report.pages };
}
