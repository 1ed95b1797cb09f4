import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/support/sequencer.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: [
      'backend/src/**/*.test.ts',
      'frontend/src/**/*.test.{ts,tsx}',
      'lab/src/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    pool: 'forks',
    // One more than the smallest machine has cores: journeys wait for a third of their time.
    maxWorkers: 3,
    // A worker keeps what it has imported and compiled. Test files leave nothing behind: there are no mocked modules and no singletons.
    isolate: false,
    unstubEnvs: true,
    globalSetup: 'test/support/chromium.ts',
    sequence: { sequencer: SlowestFirst },
    // As CI services do it: what is written to a file or a pipe must stay plain nevertheless.
    env: { FORCE_COLOR: '1' },
    testTimeout: 60_000,
    // Patience costs nothing where all is well; a second is short on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
  },
});
