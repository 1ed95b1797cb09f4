import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes long first. A file that starts last and takes a minute would keep one worker busy while the others idle. */
const FOLDERS = ['test/journeys/', 'test/ui/', 'test/contracts/', 'lab/', ''];

/** The order of test files, the same on every machine: by folder, then by size. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ranked = files.map((file) => ({ file, rank: this.#rankOf(file), size: statSync(file.moduleId).size }));
    return ranked.sort((a, b) => a.rank - b.rank || b.size - a.size).map(({ file }) => file);
  }

  #rankOf({ moduleId }: TestSpecification): number {
    const path = moduleId.slice(this.ctx.config.root.length + 1);
    return FOLDERS.findIndex((folder) => path.startsWith(folder));
  }
}
