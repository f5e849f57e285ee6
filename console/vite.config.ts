import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npx vite console` serves the sources with reloading, in front of the API of a running `npm start`.
const api = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, sourcemap: false },
  server: { proxy: { '/v1': api } },
});
