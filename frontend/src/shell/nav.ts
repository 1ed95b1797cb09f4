/** The pages of the header, in its order. */
export const NAV = [
  { href: '/', label: 'Dashboard' },
  { href: '/connections', label: 'Connections' },
  { href: '/renewals', label: 'Renewals' },
  { href: '/plan', label: 'Plan' },
  { href: '/certificates', label: 'Certificates' },
  { href: '/dns', label: 'DNS' },
  { href: '/activity', label: 'Activity' },
  { href: '/settings', label: 'Settings' },
] as const;

export function isAt(href: string, location: string): boolean {
  return href === '/' ? location === '/' : location === href || location.startsWith(`${href}/`);
}
