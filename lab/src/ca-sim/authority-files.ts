import type { Hierarchy } from './hierarchy.ts';

/** The CA certificates by the file name under which AIA caIssuers points to them. */
export function authorityFiles(hierarchy: Hierarchy): ReadonlyMap<string, Buffer> {
  const intermediates = hierarchy.intermediates.map(({ certificate }, index) => ({
    file: `r${index + 1}.der`,
    certificate,
  }));
  return new Map(
    [
      { file: 'root-x1.der', certificate: hierarchy.oldRoot },
      { file: 'root-y.der', certificate: hierarchy.youngRoot },
      ...intermediates,
    ].map(({ file, certificate }) => [file, Buffer.from(certificate.rawData)]),
  );
}
