import {
  type CertificateChain,
  type CsrFacts,
  chainPems,
  readCertificate,
  readCsr,
  sameNames,
} from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { ensurePlaced } from '../http-proof.ts';
import { type ConnectionFiles, defineStep, type StepContext } from '../step.ts';

/** Has the CA look at the records and sign, and keeps what it signed before anything else happens. */
export const issue = defineStep({
  name: 'issue',
  title: 'CA validates and signs',
  needs: ['target', 'csr', 'order', 'challenges'],
  uses: [],
  gives: ['chain'],

  async run({ target, csr, order, challenges, chain: kept }, ctx) {
    if (!kept) await refuseReplaced(csr, target.slot, ctx);
    if (!kept) await ensurePlaced(challenges, ctx);
    const chain = kept ?? (await ctx.issuer.issue(order, challenges, csr.pem, ctx.signal));
    const leaf = belongsTo(csr, chain);
    await ctx.keep({ chain });
    await save(leaf.serial, csr, chain, ctx.files);
    return {
      kind: 'done',
      gives: { chain },
      summary: `serial ${leaf.serial}, valid until ${leaf.notAfter.slice(0, 10)}`,
    };
  },
});

/** A certificate for a CSR that is no longer there could not be installed: none is spent on it. */
async function refuseReplaced(csr: CsrFacts, slot: string, { appliance, signal }: StepContext<'chain'>): Promise<void> {
  const pending = await appliance.csr?.pending(slot, signal);
  if (pending === undefined || (pending !== null && readCsr(pending).key.spkiSha256 === csr.key.spkiSha256)) return;
  const seen = pending === null ? 'is no longer there' : 'was replaced by another';
  throw new AppError('APPLIANCE_CSR_REPLACED', `The CSR of this renewal ${seen}; no certificate was issued.`);
}

async function save(serial: string, csr: CsrFacts, chain: CertificateChain, files: ConnectionFiles): Promise<void> {
  await files.archive(serial, { 'csr.pem': csr.pem, ...contentsOf(chain) });
  await writeCurrent(chain, files);
}

/** What is current in the folder of the connection is from now on `chain`. */
export async function writeCurrent(chain: CertificateChain, files: Pick<ConnectionFiles, 'write'>): Promise<void> {
  const contents = contentsOf(chain);
  await files.write('certificate.pem', contents['certificate.pem']);
  await files.write('chain.pem', contents['chain.pem']);
  await files.write('fullchain.pem', contents['fullchain.pem']);
}

function contentsOf(chain: CertificateChain) {
  return {
    'certificate.pem': chain.leafPem,
    'chain.pem': chain.intermediatesPem.join(''),
    'fullchain.pem': chainPems({ ...chain, rootPem: null }).join(''),
  };
}

/** An appliance refuses a certificate with another key or other names, some only after they have forgotten the CSR. */
function belongsTo(csr: CsrFacts, { leafPem }: CertificateChain) {
  const leaf = readCertificate(leafPem);
  if (leaf.key.spkiSha256 !== csr.key.spkiSha256) {
    throw new AppError('CERTIFICATE_MISMATCH', 'The certificate is for another key than the CSR.');
  }
  if (!sameNames(leaf.dnsNames, csr.dnsNames)) {
    throw new AppError(
      'CERTIFICATE_MISMATCH',
      `The certificate names ${leaf.dnsNames.join(', ')}, the CSR ${csr.dnsNames.join(', ')}.`,
    );
  }
  return leaf;
}
