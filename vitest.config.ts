import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/support/sequencer.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['backend/src/**/*.test.ts', 'lab/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    // As CI services do it: what is written to a file or a pipe must stay plain nevertheless.
    env: { FORCE_COLOR: '1' },
    testTimeout: 60_000,
    // Patience costs nothing where all is well; a second is short on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
  },
});
