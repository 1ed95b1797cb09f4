import type { IssuerDeps } from '../../backend/src/issuers/issuer.ts';

/** accounts/ in memory: folder name to file name to text. Handed to several issuers it outlives each of them. */
export class MemoryAccounts {
  readonly files = new Map<string, string>();

  readonly folder: IssuerDeps['accountFolder'] = (name) => ({
    read: async (file) => this.files.get(`${name}/${file}`) ?? null,
    write: async (file, text) => {
      this.files.set(`${name}/${file}`, text);
    },
  });

  /** Text of the only file with this name. */
  file(name: string): string {
    const [found, ...more] = [...this.files].filter(([path]) => path.endsWith(`/${name}`));
    if (!found || more.length > 0) throw new Error(`There is no single ${name}.`);
    return found[1];
  }
}
