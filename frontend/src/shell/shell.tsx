import { Burger, Drawer, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { ConnectionBanner } from '../live/connection-banner.tsx';
import { AccountMenu } from '../session/account-menu.tsx';
import { Logo } from './logo.tsx';
import { isAt, NAV } from './nav.ts';
import { SchemeToggle } from './scheme-toggle.tsx';
import './shell.css';
import { ZoneToggle } from './zone-toggle.tsx';

export function Shell({ children }: { readonly children: ReactNode }) {
  const [open, menu] = useDisclosure(false);
  return (
    <>
      <a className="skip-link" href="#content">
        To the content
      </a>
      <header className="shell-header">
        <div className="shell-bar">
          <Burger className="shell-burger" size="sm" opened={open} onClick={menu.toggle} aria-label="Menu" />
          <Link href="/" className="shell-brand">
            <Logo /> certferry
          </Link>
          <nav className="shell-nav" aria-label="Pages">
            <NavLinks />
          </nav>
          <div className="shell-tools">
            <ZoneToggle />
            <SchemeToggle />
            <AccountMenu />
          </div>
        </div>
      </header>
      <ConnectionBanner />
      <Drawer opened={open} onClose={menu.close} title="certferry" size="16rem">
        <Stack component="nav" gap={4} aria-label="Pages" onClick={menu.close}>
          <NavLinks />
        </Stack>
      </Drawer>
      <main id="content" className="shell-main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function NavLinks() {
  const [location] = useLocation();
  return NAV.map(({ href, label }) => (
    <Link key={href} href={href} className="nav-link" aria-current={isAt(href, location) ? 'page' : undefined}>
      {label}
    </Link>
  ));
}
