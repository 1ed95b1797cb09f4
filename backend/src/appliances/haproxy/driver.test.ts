import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TARGET_NAMES, targetDeps } from '../../../../test/contracts/targets.ts';
import { makeTlsCertificate } from '../../../../test/support/x509.ts';
import { Secret } from '../../domain/secret.ts';
import { haproxy } from './index.ts';
import { sha1Of } from './install.ts';

const never = new AbortController().signal;

/** What HAProxy does only when somebody else comes in between, or when it ends: played over a real socket, in its own words. */
let folder: string;
let asked: string[];
/** By the first words of a command; null: the connection is closed without a word. */
let answers: Record<string, string | null | (() => string)>;
let close: () => Promise<void>;
let pemFile: string;
let given: Awaited<ReturnType<typeof makeTlsCertificate>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-runtime-'));
  pemFile = join(folder, 'www.pem');
  await writeFile(pemFile, 'before');
  given = await makeTlsCertificate(TARGET_NAMES);
  asked = [];
  answers = {
    'show ssl cert': `# filename\n${pemFile}\n\n`,
    [`show ssl cert ${pemFile}`]: heldIs('00'),
    'set ssl cert': `Transaction created for certificate ${pemFile}!\n\n`,
    'commit ssl cert': `Committing ${pemFile}.\nSuccess!\n\n`,
    'abort ssl cert': `Transaction aborted for certificate '${pemFile}'!\n\n`,
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (chunk: Buffer) => {
      const [command = ''] = chunk.toString().replace(' <<', '').split('\n');
      asked.push(command);
      const key = Object.keys(answers)
        .filter((each) => command.startsWith(each))
        .sort((a, b) => b.length - a.length)[0];
      const answer = key === undefined ? 'Unknown command, but maybe …\n\n' : (answers[key] ?? null);
      if (answer === null) socket.destroy();
      else socket.end(typeof answer === 'string' ? answer : answer());
    });
  }).listen(join(folder, 'admin.sock'));
  await once(server, 'listening');
  close = async () => {
    server.close();
    await once(server, 'close');
  };
});
afterEach(async () => {
  await close();
  await rm(folder, { recursive: true });
});

function heldIs(sha1: string): string {
  return `Filename: ${pemFile}\nStatus: Used\nSerial: 01\nSHA1 FingerPrint: ${sha1}\n\n`;
}

function driver() {
  const settings = { servedAt: ['127.0.0.1:1'], runtime: join(folder, 'admin.sock'), pemFile };
  return haproxy.create(haproxy.settings.parse(settings), targetDeps);
}

function install() {
  const chain = { leafPem: given.certificatePem, intermediatesPem: [], rootPem: null };
  const key = { held: 'certferry', pem: new Secret(given.keyPem) } as const;
  return driver().install('certificate', chain, key, never);
}

const changes = () => asked.filter((command) => !command.startsWith('show'));

describe('haproxy, when somebody or something comes in between', () => {
  test.each([
    ['our certificate', 'created for certificate /theirs.pem', '/theirs.pem'],
    ['their transaction for another one', 'updated for certificate /theirs.pem', '/theirs.pem'],
  ])('a set that went into %s is taken back, and nothing is committed', async (_, words, name) => {
    answers['set ssl cert'] = `Transaction ${words}!\n\n`;

    const failure = await install().catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_BUSY', message: expect.stringContaining(name) });
    expect(changes()).toEqual([`set ssl cert ${pemFile}`, `abort ssl cert ${name}`]);
    expect(await readFile(pemFile, 'utf8')).toBe('before');
  });

  test('a transaction for the same certificate that began in the same instant is not committed', async () => {
    answers['set ssl cert'] = `Transaction updated for certificate ${pemFile}!\n\n`;

    const failure = await install().catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_BUSY' });
    expect(changes()).toEqual([`set ssl cert ${pemFile}`, `abort ssl cert ${pemFile}`]);
  });

  test('a refused commit is aborted, the file before is back, and the words are those of HAProxy', async () => {
    const words = `inconsistencies between private key and certificate loaded '${pemFile}'.\nCan't commit ${pemFile}!`;
    answers['commit ssl cert'] = `${words}\n\n`;

    const failure = await install().catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REJECTED_CERTIFICATE', evidence: { body: words } });
    expect(changes().at(-1)).toBe(`abort ssl cert ${pemFile}`);
    expect(await readFile(pemFile, 'utf8')).toBe('before');
  });

  test('a commit whose answer is lost is looked up', async () => {
    let held = heldIs('00');
    answers[`show ssl cert ${pemFile}`] = () => held;
    answers['commit ssl cert'] = () => {
      held = heldIs(sha1Of(given.certificatePem));
      return '';
    };

    const receipt = await install();

    expect(receipt.changed).toBe(true);
    expect(await readFile(pemFile, 'utf8')).toContain(given.certificatePem.trim());
  });

  test('when nobody knows whether it was committed, the next run goes on', async () => {
    answers['commit ssl cert'] = null;

    const failure = await install().catch((err) => err);
    answers['commit ssl cert'] = () => {
      answers[`show ssl cert ${pemFile}`] = heldIs(sha1Of(given.certificatePem));
      return `Committing ${pemFile}.\nSuccess!\n\n`;
    };
    const receipt = await install();

    expect(failure).toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
    expect(receipt.changed).toBe(true);
    expect(JSON.stringify(failure)).not.toContain('PRIVATE KEY');
  });

  test('a HAProxy that is too old says so', async () => {
    answers = {};

    const failure = await install().catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED', message: expect.stringContaining('2.2 or later') });
    expect(await readFile(pemFile, 'utf8')).toBe('before');
  });
});
