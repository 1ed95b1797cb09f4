import type { CertificateFacts } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import { accessFindings } from '../_boxes/access-findings.ts';
import { type Attempt, attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';
import type { Vcenter } from './install.ts';
import { SOURCES } from './sources.ts';

const API: Topic = { id: 'appliance.api', title: 'Automation API', reference: SOURCES.session };
const SLOT: Topic = { id: 'appliance.slot', title: 'Machine certificate', reference: SOURCES.tls };
const NAMES: Topic = { id: 'appliance.names', title: 'Names', reference: SOURCES.requirements };
const PROOF: Topic = { id: 'appliance.proof', title: 'Restart', reference: SOURCES.put };

type Installed = CertificateFacts | null | 'unreadable';

/** See `ApplianceDriver.check`. Changes nothing. */
export async function checkVcenter(
  { rest, name }: Vcenter,
  dnsNames: readonly string[],
  readInstalled: () => Promise<Installed>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const version = await attempt(() => rest.version(signal), signal);
  const first: Attempt<string> = version.ok ? { ok: true, value: versionWords(version.value) } : version;
  const held = version.ok ? await attempt(readInstalled, signal) : null;
  return [
    ...accessFindings(first, API, 'Check that this is vCenter 7.0 U2 or later: what is older has another API.'),
    held === null ? skipped(SLOT, 'vCenter could not be asked.') : slotFinding(held),
    namesFinding(name, dnsNames),
    warned(
      PROOF,
      'Its services restart by themselves as soon as it takes a certificate.',
      'Give the connection a restart window: vSphere Client and API are away for minutes. The virtual machines run on.',
    ),
  ];
}

function versionWords(version: string | null): string {
  return version === null
    ? 'It gives a session, but does not tell its version to this account.'
    : `vCenter ${version}.`;
}

function slotFinding(held: Attempt<Installed>): Finding {
  if (!held.ok) return blocked(SLOT, held.error);
  const { value } = held;
  if (value === null || value === 'unreadable') return ok(SLOT, 'It cannot be read.');
  return ok(SLOT, `${value.subject}, issued by ${value.issuer}, valid until ${value.notAfter}.`);
}

function namesFinding(name: string, dnsNames: readonly string[]): Finding {
  const wildcard = dnsNames.find((each) => each.startsWith('*'));
  if (wildcard !== undefined) {
    return refused(NAMES, `vSphere does not support wildcards such as ${wildcard}.`, 'Name each host in full.');
  }
  const isName = /[a-z]/.test(name) && !name.includes(':');
  if (isName && !dnsNames.some((each) => each.toLowerCase() === name)) {
    return warned(
      NAMES,
      `${name} is not among the names, and vCenter wants its own full name there.`,
      'Add it to the names of the connection, unless vCenter is addressed by another name than its own.',
    );
  }
  return ok(NAMES, 'They fit.');
}
