import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { Problem } from './problem';

const FOLDER = path.join(__dirname, '..', '..', 'console', 'dist');

/** What the viewer of PDF files loads by itself: characters and fonts that a file leaves out, decoders of images. */
const PDFJS = path.dirname(require.resolve('pdfjs-dist/package.json'));

/**
 * Serves the console: its files, and its page for every address that is a page of it. Addresses of the API never get
 * here, since its routes are matched first.
 */
export function serveConsole(): RequestHandler {
  const router = Router();
  for (const part of ['cmaps', 'standard_fonts', 'wasm', 'iccs'])
    router.use(`/pdfjs/${part}`, express.static(path.join(PDFJS, part), { index: false, maxAge: '1h' }));
  router.use('/assets', serveAssets(path.join(FOLDER, 'assets')));
  router.use(express.static(FOLDER, { index: false, maxAge: '1h' }));
  router.get(/^\/(?!v1\/|assets\/).*/, (req, res, next) => {
    if (!req.accepts('html')) return next();
    const page = path.join(FOLDER, 'index.html');
    if (!existsSync(page)) {
      throw new Problem({
        status: 404,
        code: 'console_not_built',
        detail:
          'The console has not been built. Run "npm run build:console"; "npm start" builds it automatically.',
      });
    }
    res.set('Cache-Control', 'no-cache').sendFile(page, (error) => {
      if (error) next(error);
    });
  });
  return router;
}

/** Serves files whose names carry a hash of their content, in the compressed copies of the build where the client takes one. */
function serveAssets(folder: string): RequestHandler {
  const router = Router();
  router.use((req, res, next) => {
    res.vary('Accept-Encoding');
    // One at a time: asked for both at once, the client's own order decides, and that begins with gzip.
    const encoding = req.acceptsEncodings('br') || req.acceptsEncodings('gzip');
    const copy = `${req.path}.${encoding === 'br' ? 'br' : 'gz'}`;
    const isText = /^\/[\w~.-]+\.(m?js|css)$/.test(req.path);
    if (encoding && isText && existsSync(path.join(folder, copy))) {
      res.type(path.extname(req.path)).set('Content-Encoding', encoding);
      req.url = copy;
    }
    next();
  });
  router.use(express.static(folder, { immutable: true, maxAge: '1y', index: false }));
  return router;
}
