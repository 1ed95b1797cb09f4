import type { CsrFacts } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import { ok, refused, skipped, type Topic, warned } from '../findings.ts';
import { type IseSlot, restartsNode } from './roles.ts';
import { SOURCES } from './sources.ts';

/** Whether ISE can live with a certificate that the CA would issue for this CSR. */
export function compatibilityOf(slot: IseSlot, csr: CsrFacts, issuer: IssuerTraits): readonly Finding[] {
  return [clientAuth(slot, issuer), wildcard(slot, csr), validity(slot, issuer)];
}

function clientAuth(slot: IseSlot, { signsClientAuth }: IssuerTraits): Finding {
  const topic: Topic = {
    id: 'compatibility.client-auth',
    title: 'Client authentication',
    reference: SOURCES.clientAuth,
  };
  if (!slot.needsClientAuth) return ok(topic, `${slot.id} is for servers only.`);
  if (signsClientAuth === true) return ok(topic, 'The CA signs it.');
  if (signsClientAuth === false) {
    return refused(
      topic,
      `${slot.title} needs a certificate for client authentication too, and this CA does not sign it.`,
      'Use a private CA, or the internal CA of ISE, for this slot.',
    );
  }
  return warned(
    topic,
    `${slot.title} needs a certificate for client authentication too, and public CAs no longer sign it.`,
    'Use a CA that issues both usages, or the internal CA of ISE, for this slot.',
  );
}

function wildcard(slot: IseSlot, { dnsNames }: CsrFacts): Finding {
  const topic: Topic = { id: 'compatibility.wildcard', title: 'Wildcards', reference: SOURCES.netSsl };
  const wildcards = dnsNames.filter((name) => name.startsWith('*.'));
  if (wildcards.length === 0) return ok(topic, 'None.');
  if (!slot.roles.includes('eap')) return ok(topic, `${wildcards.join(', ')}: ISE takes it for ${slot.id}.`);
  return warned(
    topic,
    `Some EAP clients, those of Windows among them, do not accept ${wildcards.join(', ')} as the name of a server.`,
    'Name the node by its full name as the common name, and have the wildcard among the other names only.',
  );
}

function validity(slot: IseSlot, { maxDays }: IssuerTraits): Finding {
  const topic: Topic = { id: 'compatibility.validity', title: 'Validity', reference: SOURCES.sdk };
  if (maxDays === null) return skipped(topic, 'Nobody said how long the CA lets a certificate live.');
  const yearly = Math.ceil(365 / (maxDays * (2 / 3)));
  const answer = `Up to ${maxDays} days: about ${yearly} renewals a year`;
  if (!restartsNode(slot)) return ok(topic, `${answer}.`);
  return warned(
    topic,
    `${answer}, each with a restart of the node that somebody has to allow.`,
    'Where that is too often, use a CA with longer validity for the admin role.',
  );
}
