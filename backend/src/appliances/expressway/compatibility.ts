import type { CsrFacts } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import { ok, refused, skipped, type Topic, warned } from '../findings.ts';
import type { ExpresswaySettings } from './settings.ts';
import { SOURCES } from './sources.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Whether the box can live with a certificate that the CA would issue for this CSR. */
export function compatibilityOf(
  settings: Pick<ExpresswaySettings, 'release'>,
  csr: CsrFacts,
  issuer: IssuerTraits,
): readonly Finding[] {
  return [clientAuth(settings, csr, issuer), wildcard(csr), validity(issuer)];
}

function clientAuth({ release }: Pick<ExpresswaySettings, 'release'>, csr: CsrFacts, issuer: IssuerTraits): Finding {
  const topic: Topic = {
    id: 'compatibility.client-auth',
    title: 'Client authentication',
    reference: SOURCES.clientAuth,
  };
  if (issuer.refusesClientAuthRequest === true && csr.extendedKeyUsage.includes(CLIENT_AUTH)) {
    return refused(
      topic,
      'The CSR asks for client authentication, as every CSR of this product does, and this CA refuses such a CSR.',
      'Use a CA that signs without that usage, or one that signs both.',
    );
  }
  if (issuer.signsClientAuth === true) return ok(topic, 'The CA signs it.');
  const who = issuer.signsClientAuth === false ? 'This CA does not sign it' : 'Public CAs no longer sign it';
  return warned(
    { ...topic, reference: RELEASES[release].reference },
    `${who}. ${RELEASES[release].answer}`,
    RELEASES[release].todo,
  );
}

type Release = ExpresswaySettings['release'];

const RELEASES: Readonly<
  Record<Release, { readonly answer: string; readonly todo: string; readonly reference: string }>
> = {
  unknown: {
    answer:
      'Before X15.4 the box does not take such a certificate for mobile and remote access, in X15.4 only after a command, from X15.5 on it has a store of its own for client certificates.',
    todo: 'Set the release of the box in the connection, or take a CA that signs both usages.',
    reference: SOURCES.clientAuth,
  },
  'before-x15.4': {
    answer:
      'Releases before X15.4 need both usages: mobile and remote access and traversal zones authenticate with this certificate as clients too, and the upload may be refused.',
    todo: 'Take a CA that signs both usages, or upgrade to X15.5 first.',
    reference: SOURCES.clientAuth,
  },
  'x15.4': {
    answer: 'An Expressway-E of X15.4 takes such a certificate only after a command.',
    todo: 'Run on its command line: xConfiguration XCP TLS Certificate CVS EnableServerEkuUpload: On',
    reference: SOURCES.clientStore,
  },
  'x15.5': {
    answer: 'X15.5 keeps client certificates in a store of their own, which certferry does not fill.',
    todo: 'Keep a certificate for client authentication in the client store where mutual TLS is used.',
    reference: SOURCES.clientStore,
  },
};

function wildcard({ dnsNames }: CsrFacts): Finding {
  const topic: Topic = { id: 'compatibility.wildcard', title: 'Wildcards', reference: SOURCES.certificates };
  const wildcards = dnsNames.filter((name) => name.includes('*'));
  if (wildcards.length === 0) return ok(topic, 'None.');
  return refused(
    topic,
    `Expressway takes no wildcard certificate: ${wildcards.join(', ')}.`,
    'Name each host by its own full name.',
  );
}

function validity({ maxDays }: IssuerTraits): Finding {
  const topic: Topic = { id: 'compatibility.validity', title: 'Validity', reference: SOURCES.clientAuth };
  if (maxDays === null) return skipped(topic, 'Nobody said how long the CA lets a certificate live.');
  const yearly = Math.ceil(365 / (maxDays * (2 / 3)));
  return ok(topic, `Up to ${maxDays} days: about ${yearly} renewals a year, each with a restart of the box.`);
}
