import { Checkbox, Select } from '@mantine/core';
import type { KeyKind } from '../api/types.ts';
import type { PolicyDraft } from './draft.ts';

interface KeyFieldsProps {
  readonly policy: PolicyDraft;
  readonly keyKinds: readonly KeyKind[];
  readonly onChange: (policy: PolicyDraft) => void;
}

const MEANING: Readonly<Record<KeyKind, string>> = {
  'EC P-256': 'ECDSA P-256: fast, for all clients of today',
  'EC P-384': 'ECDSA P-384',
  'RSA 2048': 'RSA 2048: also for old phones and clients',
  'RSA 3072': 'RSA 3072',
  'RSA 4096': 'RSA 4096: slow handshakes',
};

/** For hosts whose private key certferry makes. */
export function KeyFields({ policy, keyKinds, onChange }: KeyFieldsProps) {
  const [first] = keyKinds;
  return (
    <>
      <Select
        label="Key of the certificate"
        description="certferry makes it, keeps it encrypted and hands it over with the certificate."
        data={keyKinds.map((kind) => ({ value: kind, label: MEANING[kind] }))}
        allowDeselect={false}
        value={policy.keyKind ?? first ?? null}
        onChange={(chosen) => onChange({ ...policy, keyKind: keyKinds.find((kind) => kind === chosen) ?? null })}
      />
      <Checkbox
        label="Use the same key again"
        description="Only where something pins the key, such as a TLSA record. Otherwise each certificate gets a new one."
        checked={policy.reuseKey}
        onChange={(event) => onChange({ ...policy, reuseKey: event.currentTarget.checked })}
      />
    </>
  );
}
