import type { Lab } from '@certferry/lab';
import type { ConnectionInput } from '../../backend/src/connections.ts';

/** The connection with both CAs of a lab, the test CA as the second, and all that this one signs with. */
export function twoCas(input: ConnectionInput, { ca, testCa }: Lab): ConnectionInput {
  return {
    ...input,
    issuer: { plugin: 'acme', settings: { ...common(ca), directory: ca.directoryUrl } },
    secondIssuer: { plugin: 'acme', settings: { ...common(testCa), directory: testCa?.directoryUrl } },
    secondChain: [...(testCa?.intermediatesPem ?? []), testCa?.youngRootPem, testCa?.rootPem].join('\n'),
  };
}

function common(ca: { readonly tlsCaPem: string } | null) {
  return { termsOfServiceAgreed: true, trust: 'bundle', caBundle: ca?.tlsCaPem };
}
