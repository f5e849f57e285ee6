import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';

/** Degrees clockwise. */
export type Rotation = 0 | 90 | 180 | 270;

/** A page of a document that can be drawn. */
export interface Drawing {
  /** Size without rotation. */
  width: number;
  height: number;
  /** Draws it into a canvas, which it sizes. Resolves when it is complete, or when a later call replaced it. */
  draw(canvas: HTMLCanvasElement, scale: number, rotation: Rotation): Promise<void>;
}

/** An opened document. */
export interface OpenDocument {
  pages: number;
  page(number: number): Promise<Drawing>;
  close(): void;
}

/** Opens an image or a PDF. No script in it is run: it is only drawn. */
export async function openDocument(blob: Blob): Promise<OpenDocument> {
  return blob.type === 'application/pdf' ? openPdf(blob) : openImage(blob);
}

async function openImage(blob: Blob): Promise<OpenDocument> {
  const image = await createImageBitmap(blob);
  const { width, height } = image;
  const drawing: Drawing = {
    width,
    height,
    async draw(canvas, scale, rotation) {
      const [w, h] = [width * scale, height * scale];
      const isTurned = rotation % 180 !== 0;
      canvas.width = Math.round(isTurned ? h : w);
      canvas.height = Math.round(isTurned ? w : h);
      const context = canvas.getContext('2d')!;
      context.translate(canvas.width / 2, canvas.height / 2);
      context.rotate((rotation * Math.PI) / 180);
      context.drawImage(image, -w / 2, -h / 2, w, h);
    },
  };
  return { pages: 1, page: async () => drawing, close: () => image.close() };
}

async function openPdf(blob: Blob): Promise<OpenDocument> {
  const [{ getDocument, GlobalWorkerOptions }, { default: worker }] = await Promise.all([
    import('pdfjs-dist/legacy/build/pdf.mjs'),
    import('pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'),
  ]);
  GlobalWorkerOptions.workerSrc = worker;
  const task = getDocument({
    data: await blob.arrayBuffer(),
    isEvalSupported: false,
    enableXfa: false,
    wasmUrl: '/pdfjs/wasm/',
    iccUrl: '/pdfjs/iccs/',
    cMapUrl: '/pdfjs/cmaps/',
    standardFontDataUrl: '/pdfjs/standard_fonts/',
  });
  const pdf: PDFDocumentProxy = await task.promise;
  return {
    pages: pdf.numPages,
    page: async (number) => drawingOf(await pdf.getPage(number)),
    close: () => void task.destroy(),
  };
}

function drawingOf(page: PDFPageProxy): Drawing {
  const { width, height } = page.getViewport({ scale: 1 });
  let underway: { cancel(): void; promise: Promise<unknown> } | undefined;
  return {
    width,
    height,
    async draw(canvas, scale, rotation) {
      // One canvas takes one drawing at a time.
      underway?.cancel();
      await underway?.promise.catch(() => {});
      const viewport = page.getViewport({ scale, rotation: (page.rotate + rotation) % 360 });
      canvas.width = Math.round(viewport.width);
      canvas.height = Math.round(viewport.height);
      const task = page.render({ canvas, viewport });
      underway = task;
      await task.promise.catch((error: Error) => {
        if (error.name !== 'RenderingCancelledException') throw error;
      });
    },
  };
}
