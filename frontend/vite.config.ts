import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// biome-ignore lint/style/noDefaultExport: vite reads the default export
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // backend/src/api/frontend.ts puts a nonce of its own into each answer.
  html: { cspNonce: '__CSP_NONCE__' },
  build: { target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  // `npm run dev -w frontend` beside a daemon.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
