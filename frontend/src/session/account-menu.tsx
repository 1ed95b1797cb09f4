import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconLogout, IconUser } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useLogOut } from './log-out.ts';
import { useSession } from './session.ts';
import './login-page.css';

/** Who is logged in, and the way out. */
export function AccountMenu() {
  const session = useSession();
  const logOut = useLogOut();
  if (session.kind !== 'in') return null;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className="account-button"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Account of ${session.me.actor}`}
        >
          {session.me.actor}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Role: {session.me.role}</Menu.Label>
        <Menu.Item component={Link} href="/account" leftSection={<IconUser size={14} />}>
          Your account
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => logOut.mutate()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
