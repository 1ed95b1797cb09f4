import { Button, Group, SegmentedControl, Table, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useCertificateList } from '../api/list-queries.ts';
import type { CertificateItem } from '../api/types.ts';
import { Only } from '../session/only.tsx';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Page } from '../ui/page.tsx';
import { Pager } from '../ui/pager.tsx';
import { Practice } from '../ui/practice.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { State } from '../words/state.tsx';
import { issuerName } from './issuer-name.ts';
import { lookOfCertificate } from './look.ts';

const PAGE_SIZE = 50;
const TYPING = 200;
const WHICH = [
  { value: '', label: 'All' },
  { value: 'true', label: 'Current' },
  { value: 'false', label: 'Replaced' },
];

/** Everything that was issued, the newest first. */
export function CertificatesPage() {
  const [params, setParams] = useSearchParams();
  const search = params.get('search') ?? '';
  const current = params.get('current') ?? '';
  const page = Math.max(1, Number(params.get('page')) || 1);
  const change = (name: string, value: string) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        next.delete('page');
        value === '' ? next.delete(name) : next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const query = new URLSearchParams({ search, page: String(page), limit: String(PAGE_SIZE) });
  if (current !== '') query.set('current', current);
  return (
    <Page
      title="Certificates"
      lead="What was issued, the newest first."
      actions={
        <Only needs="operator">
          <Button component={Link} href="/certificates/request" leftSection={<IconPlus size={14} />}>
            Request a certificate
          </Button>
        </Only>
      }
    >
      <div className="panel">
        <Group p="sm" gap="xs">
          <Search value={search} onChange={(text) => change('search', text)} />
          <SegmentedControl
            aria-label="Which"
            size="xs"
            data={WHICH}
            value={current}
            onChange={(which) => change('current', which)}
          />
        </Group>
        <Loaded query={useCertificateList(query.toString())}>
          {({ items, total }) => (
            <>
              {items.length === 0 ? <Nothing asked={search !== '' || current !== ''} /> : <List items={items} />}
              <Pager page={page} pageSize={PAGE_SIZE} total={total} onChange={(next) => change('page', String(next))} />
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

function Search({ value, onChange }: { readonly value: string; readonly onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const settle = useDebouncedCallback(onChange, TYPING);
  return (
    <TextInput
      aria-label="Search"
      placeholder="Name, serial, fingerprint"
      leftSection={<IconSearch size={14} />}
      size="xs"
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        settle(event.currentTarget.value);
      }}
    />
  );
}

function Nothing({ asked }: { readonly asked: boolean }) {
  if (asked) {
    return (
      <Empty title="No certificate is like this">
        <Link href="/certificates">Show all of them</Link>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing was issued yet">
      Every certificate that a renewal gets from a CA is listed here, with its chain to download.{' '}
      <Link href="/certificates/request">Request one</Link> for a host that fetches it itself, or{' '}
      <Link href="/connections/new">add a connection</Link> to have one installed.
    </Empty>
  );
}

function List({ items }: { readonly items: readonly CertificateItem[] }) {
  return (
    <Scroll>
      <Table highlightOnHover aria-label="Certificates" className="cards">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>State</Table.Th>
            <Table.Th>Names</Table.Th>
            <Table.Th>Connection</Table.Th>
            <Table.Th>Issuer</Table.Th>
            <Table.Th>Issued</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th>SHA-256</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Row key={item.sha256} item={item} />
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}

function Row({ item }: { readonly item: CertificateItem }) {
  const { sha256, dnsNames, subject, connectionName, connectionId, connectionRemoved, issuer, practice } = item;
  return (
    <Table.Tr>
      <Table.Td>
        <State look={lookOfCertificate(item)} />
      </Table.Td>
      <Table.Td>
        <Link href={`/certificates/${sha256}`} className="name-link">
          {dnsNames[0] ?? subject}
        </Link>
        {dnsNames.length > 1 && <span className="quiet"> + {dnsNames.length - 1}</span>}
        <div className="quiet">{item.keyKind}</div>
      </Table.Td>
      <Table.Td>
        {connectionRemoved ? (
          `${connectionName} (removed)`
        ) : (
          <Link href={`/connections/${connectionId}`} className="plain-link">
            {connectionName}
          </Link>
        )}
      </Table.Td>
      <Table.Td title={issuer}>
        {issuerName(issuer)} {practice && <Practice />}
      </Table.Td>
      <Table.Td data-label="Issued:" style={{ whiteSpace: 'nowrap' }}>
        <Moment at={item.issuedAt} />
      </Table.Td>
      <Table.Td data-label="Ends:" style={{ whiteSpace: 'nowrap' }}>
        <Moment at={item.notAfter} />
      </Table.Td>
      <Table.Td>
        <Fingerprint sha256={sha256} />
      </Table.Td>
    </Table.Tr>
  );
}
