import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// `npx vite console` serves the sources with reloading, in front of the API of a running `npm start`.
const api = 'http://127.0.0.1:8080';

const START = path.resolve(import.meta.dirname, 'src/app/start.tsx');

/** Has the browser fetch what every page begins with together with the page's first script, not after it. */
const preloadStart: Plugin = {
  name: 'preload-start',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const start = chunks.find(({ facadeModuleId }) => facadeModuleId === START);
      const files = start ? [start.fileName, ...start.imports] : [];
      return files
        .filter((file) => !html.includes(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
          injectTo: 'head',
        }));
    },
  },
};

export default defineConfig({
  plugins: [react(), preloadStart],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    rolldownOptions: {
      input: { index: path.resolve(import.meta.dirname, 'index.html'), start: START },
      output: {
        codeSplitting: {
          // Few files for the code of every page: a request costs more than smaller chunks save. Styles stay with the
          // first script: in a group it would also wait for the scripts of the group and could not prefetch.
          groups: [
            { name: 'begin', test: /src\/(app\/pages|api\/early)|vite\/preload-helper/, priority: 3 },
            { name: 'libraries', test: /node_modules(?!.*\.css$)/, tags: ['$initial'], priority: 2 },
            { name: 'start', test: /src\/(?!main|.*\.css$)/, tags: ['$initial'], priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': api, '/pdfjs': api } },
});
