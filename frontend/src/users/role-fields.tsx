import { Select } from '@mantine/core';
import type { Role, Scope } from '../api/access-types.ts';

const ROLES = [
  { value: 'viewer', label: 'viewer: sees all but secrets' },
  { value: 'operator', label: 'operator: also renews and tests' },
  { value: 'admin', label: 'admin: also changes everything' },
] as const;

const SCOPES = [
  { value: 'all', label: 'all connections' },
  { value: 'own', label: 'only those that belong to the user' },
] as const;

interface RoleFieldProps {
  readonly role: Role;
  readonly onChange: (role: Role) => void;
}

export function RoleField({ role, onChange }: RoleFieldProps) {
  return (
    <Select
      label="Role"
      data={ROLES}
      allowDeselect={false}
      value={role}
      onChange={(value) => onChange(ROLES.find((one) => one.value === value)?.value ?? role)}
    />
  );
}

interface ScopeFieldProps {
  readonly label?: string;
  readonly scope: Scope;
  readonly onChange: (scope: Scope) => void;
}

export function ScopeField({ label = 'Sees', scope, onChange }: ScopeFieldProps) {
  return (
    <Select
      label={label}
      data={SCOPES}
      allowDeselect={false}
      value={scope}
      onChange={(value) => onChange(SCOPES.find((one) => one.value === value)?.value ?? scope)}
    />
  );
}
