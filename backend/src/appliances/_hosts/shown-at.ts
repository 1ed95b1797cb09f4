import { type CertificateFacts, readCertificate, UnreadableCertificateError } from '../../domain/certificate.ts';
import { TransportError } from '../../plugins/http.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { createTlsDialer } from '../../plugins/tls-dialer.ts';

/**
 * The certificates that the endpoints show, in their order, for hosts that do not tell what they hold themselves. Who does
 * not answer, or shows something that cannot be read, is left out.
 */
export async function shownAt(
  endpoints: readonly TlsEndpoint[],
  signal: AbortSignal,
): Promise<readonly CertificateFacts[]> {
  const dialer = createTlsDialer();
  const shown = await Promise.all(
    endpoints.map(async (endpoint) => {
      try {
        return [readCertificate((await dialer.served(endpoint, signal)).leafPem)];
      } catch (err) {
        if (err instanceof TransportError || err instanceof UnreadableCertificateError) return [];
        throw err;
      }
    }),
  );
  return shown.flat();
}
