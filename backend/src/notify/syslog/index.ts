import { hostname } from 'node:os';
import { z } from 'zod';
import { choice, port, text } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { FACILITIES, syslogRecord } from './record.ts';
import { probe, sendDatagram, sendOverStream } from './transport.ts';

const settings = z.object({
  host: text({ title: 'Server', example: 'syslog.example.com', private: true }),
  transport: choice(['udp', 'tcp', 'tls'], {
    title: 'Transport',
    help: 'udp: RFC 5426, lost messages are lost. tcp: RFC 6587 with octet counting. tls: RFC 5425.',
  }).default('tls'),
  port: port({ title: 'Port', help: 'Left empty: 514 for udp, 601 for tcp, 6514 for tls.' }).optional(),
  facility: choice(FACILITIES, { title: 'Facility' }).default('daemon'),
  appName: text({ title: 'Application name', advanced: true }).default('certferry'),
  hostname: text({ title: 'Host name', help: 'Left empty: that of this machine.', advanced: true }).optional(),
  ...trustFields,
});

const PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;

export const syslog: NotifierPlugin<typeof settings> = {
  id: 'syslog',
  title: 'Syslog',
  summary: 'A syslog server or SIEM, in the form of RFC 5424 over UDP, TCP or TLS.',
  since: '0.1.0',
  links: { product: 'https://www.rfc-editor.org/rfc/rfc5424', api: 'https://www.rfc-editor.org/rfc/rfc5425' },
  settings,
  caveats: [
    {
      text: 'Syslog has no answers. Over UDP a message may be lost without a trace; over TCP and TLS one that the server had not yet read when it broke down.',
      link: 'https://www.rfc-editor.org/rfc/rfc6587#section-4',
    },
  ],

  create(options): Notifier {
    const { host, transport, facility, appName } = options;
    const target = { host, port: options.port ?? PORTS[transport] };
    const origin = { facility, appName, hostname: options.hostname ?? hostname(), processId: process.pid };
    const trust = transport === 'tls' ? trustOf(options) : null;
    return {
      async send(message, signal) {
        const record = syslogRecord(message, origin, transport === 'udp');
        if (transport === 'udp') await sendDatagram(target, record, signal);
        else await sendOverStream(target, record, trust, signal);
        return `${record.length} bytes sent to ${host}:${target.port} over ${transport.toUpperCase()}; syslog does not answer`;
      },
      ...(transport === 'udp'
        ? {}
        : {
            async check(signal: AbortSignal) {
              await probe(target, trust, signal);
              return `${host}:${target.port} answers`;
            },
          }),
    };
  },
};
