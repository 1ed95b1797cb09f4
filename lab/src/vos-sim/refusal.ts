/** The node says no: becomes the error body of the API, or a line of the CLI. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: 400 | 401 | 403 | 404 | 500 | 503, text: string) {
    super(text);
    this.status = status;
  }
}

/**
 * What the node says. `README.md` tells which texts are the vendor's and which are made up here.
 *
 * @see https://developer.cisco.com/docs/certificate-management/errors-and-troubleshooting
 */
export const TEXTS = {
  invalidJson: 'Invalid JSON Format',
  caMissing: 'CA Certificate is Not Available in the Trust-Store',
  keyMismatch: 'CSR Public Key and Certificate Public Key Do Not Match',
  sanMismatch: 'CSR SAN and Certificate SAN does not match',
  unauthorized: 'Unauthorized',
  forbidden: 'User does not have the privilege for this operation',
  notFound: 'Not Found',
  internal: 'Internal Server Error',
  unreadable: 'Certificate is not in PEM or DER format',
  expired: 'Certificate has expired',
  notYetValid: 'Certificate is not yet valid',
  locked: 'Account locked due to 3 failed logins',
  unavailable: 'Service Unavailable',
  onlyOnPublisher: 'Multi-server(SAN) certificates can be managed on the publisher only',
  trustDuplicate: 'Certificate already exists in the Trust-Store',
  trustOlder: 'A certificate with the same subject name and a later validity exists in the Trust-Store',
  clientAuthMissing: 'Certificate does not have the Extended Key Usage that the CSR asks for',
  wildcard: 'Wildcard certificates are not supported',
} as const;

export function noSuchCsr(service: string): string {
  return `File /usr/local/platform/.security/${service}/keys/${service}.csr Does Not Exist`;
}
