import type { CsrFacts } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import { whyNotPublic } from '../../domain/names.ts';
import { ok, refused, skipped, type Topic, warned } from '../findings.ts';
import type { VosSlot } from './services.ts';
import { SOURCES } from './sources.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const LARGEST_KEY = 4096;
const SMALLEST_KEY = 2048;
/** Profiles of Let's Encrypt that are known to leave the common name out. */
const NAMELESS_PROFILES: readonly string[] = ['tlsserver', 'shortlived'];
/** Days below which restarts come so often that no maintenance window fits. */
const FEW_DAYS = 30;

export interface CompatibilityInput {
  readonly slot: VosSlot;
  readonly csr: CsrFacts;
  readonly issuer: IssuerTraits;
  /** What the connection wants; null: not known. */
  readonly dnsNames: readonly string[] | null;
}

/** Whether the product can live with a certificate that the CA would issue for this CSR. */
export function compatibilityOf(input: CompatibilityInput): readonly Finding[] {
  return [
    provable(input),
    parentDomain(input),
    multiServerName(input),
    wildcard(input),
    key(input),
    usages(input),
    commonName(input),
    validity(input),
  ];
}

function provable({ csr }: CompatibilityInput): Finding {
  const topic: Topic = { id: 'compatibility.names', title: 'Names that can be proved', reference: SOURCES.dnsNames };
  if (csr.otherNames.length > 0) {
    return refused(
      { ...topic, reference: SOURCES.dns01 },
      `The CSR asks for ${csr.otherNames.join(', ')}, which DNS cannot prove.`,
      'Remove what is no DNS name from the certificate settings of the appliance.',
    );
  }
  const refusals = csr.dnsNames.flatMap((name) => {
    const why = name.startsWith('*.') ? null : whyNotPublic(name);
    return why === null ? [] : [`${name} (${why})`];
  });
  if (refusals.length === 0) return ok(topic, `${csr.dnsNames.length} names, all of them under public domains.`);
  return warned(
    topic,
    `A public CA will not certify ${refusals.join(', ')}.`,
    'Take the names out of the appliance, or use a private CA.',
  );
}

function parentDomain({ csr, dnsNames }: CompatibilityInput): Finding {
  const topic: Topic = { id: 'compatibility.parent-domain', title: 'Parent domain', reference: SOURCES.securityGuide };
  const isWanted = (name: string) => dnsNames?.some((wanted) => wanted.toLowerCase() === name) ?? false;
  const parents = csr.dnsNames.filter(
    (name) => !isWanted(name) && csr.dnsNames.some((other) => other.endsWith(`.${name}`)),
  );
  if (parents.length === 0) return ok(topic, 'The node added none.');
  return warned(
    topic,
    `The CSR names ${parents.join(', ')} itself, as nodes do by themselves. The certificate has to name it too, so it has to be proved.`,
    'Make sure that the DNS account can write there, or remove the domain when the CSR is made.',
  );
}

/** `cucm-pub-ms.example.com`, `cucm-pub-EC-ms.example.com`: what the product makes up for a multi-server certificate. */
function multiServerName({ csr, dnsNames }: CompatibilityInput): Finding {
  const topic: Topic = { id: 'compatibility.ms-name', title: 'Common name', reference: SOURCES.securityGuide };
  const name = csr.commonName?.toLowerCase() ?? '';
  const isMadeUp = /^[^.]+-ms(\.|$)/.test(name) && !dnsNames?.some((wanted) => wanted.toLowerCase() === name);
  if (!isMadeUp) return ok(topic, name === '' ? 'The CSR has none.' : `${name} is no name that the product made up.`);
  return warned(
    topic,
    `The appliance made up the common name ${name}, which names no host and has to be proved all the same.`,
    'Give a common name of your own, or make sure that the DNS account can write its record.',
  );
}

function wildcard({ csr }: CompatibilityInput): Finding {
  const topic: Topic = { id: 'compatibility.wildcard', title: 'Wildcards', reference: SOURCES.securityGuide };
  const wildcards = csr.dnsNames.filter((name) => name.includes('*'));
  if (wildcards.length === 0) return ok(topic, 'None.');
  return refused(
    topic,
    `The product takes no wildcard certificate: ${wildcards.join(', ')}.`,
    'Name each host by its own full name.',
  );
}

function key({ csr, slot }: CompatibilityInput): Finding {
  const topic: Topic = { id: 'compatibility.key', title: 'Key', reference: SOURCES.securityGuide };
  const { kind } = csr.key;
  const [family = '', size = ''] = kind.split(' ');
  const wanted = slot.key === 'rsa' ? 'RSA' : 'EC';
  if (family !== wanted) {
    const names = { rsa: 'an RSA key', ec: 'an elliptic-curve key' };
    return refused(topic, `${slot.id} needs ${names[slot.key]}, and the CSR has ${kind}.`, 'Make a new CSR.');
  }
  if (family === 'EC') return ok(topic, kind);
  const bits = Number(size);
  if (bits > LARGEST_KEY || bits < SMALLEST_KEY) {
    const limits = `from ${SMALLEST_KEY} to ${LARGEST_KEY} bits`;
    return refused(topic, `The product takes RSA keys ${limits}, and the CSR has ${kind}.`, 'Make a new CSR.');
  }
  if (bits > SMALLEST_KEY && slot.resetsPhones) {
    return warned(
      topic,
      `Some phones cannot connect to a ${slot.id} certificate with ${kind}.`,
      'Set the key length to 2048, unless all phones are known to take more.',
    );
  }
  return ok(topic, kind);
}

function usages({ csr, issuer, slot }: CompatibilityInput): Finding {
  const topic: Topic = {
    id: 'compatibility.client-auth',
    title: 'Client authentication',
    reference: SOURCES.clientAuth,
  };
  const others = csr.extendedKeyUsage.filter((oid) => oid !== SERVER_AUTH && oid !== CLIENT_AUTH);
  const besides = others.length > 0 ? ` It also asks for ${others.join(', ')}, which public CAs leave out.` : '';
  if (!csr.extendedKeyUsage.includes(CLIENT_AUTH)) {
    return others.length === 0
      ? ok(topic, 'The CSR does not ask for it.')
      : warned(topic, besides.trim(), 'Use a private CA where that usage is needed.');
  }
  if (issuer.refusesClientAuthRequest === true) {
    return refused(
      topic,
      'The CSR asks for client authentication, as every CSR of this product does, and this CA refuses such a CSR.',
      'Use a CA that signs without that usage, or one that signs both.',
    );
  }
  if (issuer.signsClientAuth === true) {
    return others.length === 0
      ? ok(topic, 'The CSR asks for it, and the CA signs it.')
      : warned(topic, `The CA signs client authentication.${besides}`, 'Use a private CA where that usage is needed.');
  }
  const how = issuer.signsClientAuth === false ? 'this CA does not sign it' : 'public CAs no longer sign it';
  return warned(
    topic,
    `The CSR asks for client authentication, and ${how}. Where they are used, these are at risk: ${slot.clientUses.join('; ')}.${besides}`,
    'Where one of them is in use, take a CA that issues both usages, or wait for a release that does without (15SU5).',
  );
}

function commonName({ issuer }: CompatibilityInput): Finding {
  const topic: Topic = {
    id: 'compatibility.common-name',
    title: 'Profile with a common name',
    reference: SOURCES.profiles,
  };
  const { profile, hasCommonName } = issuer;
  const isKnownWithout = profile !== null && NAMELESS_PROFILES.includes(profile);
  if (hasCommonName === true || (hasCommonName === null && !isKnownWithout)) {
    return hasCommonName === null
      ? skipped(topic, 'Nobody said whether the CA keeps the common name.')
      : ok(topic, 'The CA keeps the common name.');
  }
  return warned(
    topic,
    `Certificates${profile === null ? ' of this CA' : ` of the profile "${profile}"`} have no common name. Whether the product takes them is not published, and SIP trunks compare it with their X.509 subject name.`,
    'Choose a profile that keeps the common name, such as "classic".',
  );
}

/** A certificate is renewed when a third of its life is left. */
function validity({ issuer, slot }: CompatibilityInput): Finding {
  const topic: Topic = { id: 'compatibility.validity', title: 'Validity', reference: SOURCES.validity };
  const { maxDays } = issuer;
  if (maxDays === null) return skipped(topic, 'Nobody said how long the CA lets a certificate live.');
  const yearly = Math.ceil(365 / (maxDays * (2 / 3)));
  const answer = `Up to ${maxDays} days: about ${yearly} renewals a year, each with the restarts of ${slot.id}.`;
  if (maxDays >= FEW_DAYS) return ok(topic, answer);
  return warned(topic, answer, 'Choose a profile with a longer validity, unless so many restarts do no harm.');
}
