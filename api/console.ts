import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { Problem } from './problem';

const FOLDER = path.join(__dirname, '..', 'console', 'dist');

/**
 * Serves the console: its files, and its page for every address that is a page of it. Addresses of the API never come
 * here, since its routes stand before.
 */
export function serveConsole(): RequestHandler {
  const router = Router();
  // Their names carry a hash of their content.
  router.use(
    '/assets',
    express.static(path.join(FOLDER, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  );
  router.use(express.static(FOLDER, { index: false, maxAge: '1h' }));
  router.get(/^\/(?!v1\/|assets\/).*/, (req, res, next) => {
    if (!req.accepts('html')) return next();
    const page = path.join(FOLDER, 'index.html');
    if (!existsSync(page)) {
      throw new Problem({
        status: 404,
        code: 'console_not_built',
        detail: 'The console has not been built. Run "npm run build:console"; "npm start" does so by itself.',
      });
    }
    res.set('Cache-Control', 'no-cache').sendFile(page, (error) => {
      if (error) next(error);
    });
  });
  return router;
}
