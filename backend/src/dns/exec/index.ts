import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { flag, integer, secret, text } from '../../plugins/fields.ts';
import { type DnsPlugin, type DnsProvider, SLOW_SERVICE_MS, type TxtRecord } from '../provider.ts';
import { inTurn } from '../turns.ts';
import { change, check } from './client.ts';
import { requireExecutable } from './executable.ts';

const settings = z.object({
  path: text({
    title: 'Program',
    help: 'Absolute path of a program on this host. It is called with: present or cleanup, the name, the value.',
    example: '/etc/certferry/update-dns',
    private: true,
  }).refine(isAbsolute, 'must be an absolute path'),
  variables: secret({
    title: 'Variables',
    help: 'Handed to the program, beside PATH, HOME and LANG. One NAME=value on each line.',
  }).optional(),
  knowsCheck: flag({
    title: 'It knows "check"',
    help: 'The test button then calls the program with the one argument check. It prints the zones it can write.',
    advanced: true,
  }).default(false),
  timeoutSeconds: integer(
    { title: 'Time limit', help: 'Seconds for one call.', advanced: true },
    { min: 1, max: 900 },
  ).default(60),
});

export const exec: DnsPlugin<typeof settings> = {
  id: 'exec',
  title: 'Program',
  summary: 'A program or script of your own on this host publishes and removes the records.',
  since: '0.1.0',
  links: {
    product: 'https://go-acme.github.io/lego/dns/exec/',
    api: 'https://man7.org/linux/man-pages/man3/sysexits.h.3head.html',
  },
  settings,
  usesOwnHost: () => true,
  caveats: [
    {
      text: 'What becomes of other values of the same name is up to the program.',
      link: 'https://www.rfc-editor.org/rfc/rfc8555#section-8.4',
    },
  ],

  create(options): DnsProvider {
    // A program may read a whole zone, change it and write it back.
    const alone = (record: TxtRecord, act: () => Promise<void>, signal: AbortSignal) =>
      inTurn(`exec ${options.path} ${record.zone}`, act, signal);

    return {
      propagationTimeoutMs: SLOW_SERVICE_MS,
      async check(signal) {
        await requireExecutable(options.path);
        return options.knowsCheck ? check(options, signal) : [];
      },

      async present(record, signal) {
        await alone(record, () => change(options, 'present', record, signal), signal);
        return { handle: null };
      },

      async cleanUp(record, _receipt, signal) {
        await alone(record, () => change(options, 'cleanup', record, signal), signal);
      },
    };
  },
};
