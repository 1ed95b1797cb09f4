import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { Finding } from '../domain/finding.ts';
import type { Clock } from '../plugins/plugin.ts';
import { addressOf } from '../transport/daemon-address.ts';
import { certificatesIn } from '../transport/tls-identities.ts';
import { block, ok, skipped, warn, wordsOf } from './finding.ts';

const PATIENCE_MS = 5_000;
const DAY_MS = 86_400_000;

const Ready = z.object({ checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })) });

/** Whether the daemon answers at its address, and what it says of itself; or whether it could listen there. */
export async function examineDaemon(config: Config): Promise<Finding> {
  const about = { id: 'daemon', title: 'Daemon' };
  const { base, dispatcher } = await addressOf(config);
  try {
    const answer = await request(`${base}/readyz`, {
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
      ...(dispatcher && { dispatcher }),
    });
    const parsed = Ready.safeParse(JSON.parse(await answer.body.text()));
    if (!parsed.success) throw new Error('what answers there is not certferry');
    const wrong = parsed.data.checks.filter((check) => !check.ok).map(({ name, detail }) => `${name} ${detail}`);
    if (wrong.length === 0) return ok(about, `answers at ${base} and is ready`);
    return block(
      about,
      `answers at ${base}, but: ${wrong.join('; ')}`,
      'Read its log, mend the cause, and restart it.',
    );
  } catch (err) {
    return (await canListen(config))
      ? warn(about, `does not run; port ${config.port} is free`, 'Start it: certferry serve')
      : block(
          about,
          `does not answer at ${base} (${wordsOf(err)}), and its port is taken`,
          'Look who listens there, or choose another CERTFERRY_PORT.',
        );
  } finally {
    await dispatcher?.close();
  }
}

async function canListen({ host, port }: Config): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The certificate that the daemon itself serves. */
export async function examineOwnCertificate({ https, dataDir }: Config, clock: Clock): Promise<readonly Finding[]> {
  const about = { id: 'daemon.certificate', title: 'Certificate of the daemon itself' };
  if (!https) return [skipped(about, 'CERTFERRY_HTTPS is off: a proxy speaks HTTPS')];
  const found = await certificatesIn(join(dataDir, 'tls'));
  if (found.length === 0) return [ok(about, 'the first start makes one')];
  return found.map(({ slot, pem }) => judge({ ...about, id: `${about.id}.${slot}` }, pem, clock.now()));
}

function judge(about: Pick<Finding, 'id' | 'title'>, pem: string, now: Date): Finding {
  try {
    const { validTo, subject, issuer } = new X509Certificate(pem);
    const days = Math.floor((Date.parse(validTo) - now.getTime()) / DAY_MS);
    const answer = `${subject === issuer ? 'self-signed, ' : ''}valid for ${days} days`;
    if (days < 0)
      return block(
        about,
        `ended ${-days} days ago`,
        'Restart the daemon for a new one, or renew the connection of the appliance "self".',
      );
    return days < 14
      ? warn(about, answer, 'Look why the connection of the appliance "self" was not renewed.')
      : ok(about, answer);
  } catch (err) {
    return block(about, `cannot be read: ${wordsOf(err)}`, 'Move the file away: the daemon makes another one.');
  }
}
