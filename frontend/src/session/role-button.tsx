import { Button, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';
import type { Role } from '../api/access-types.ts';
import { useLock } from './may.ts';

type RoleButtonProps = ButtonProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & { readonly needs: Role };

/** Off, with the reason, for those whose role does not suffice. */
export function RoleButton({ needs, ...props }: RoleButtonProps) {
  return <Button {...props} {...useLock(needs)} />;
}
