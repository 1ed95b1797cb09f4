import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { Refusal } from '../appliance-sim/answers.ts';
import { issuersOf, type ServedIdentity } from '../appliance-sim/identity.ts';
import type { FaultView } from '../faults.ts';
import { type Certificate, readCertificate, splitPem } from '../vos-sim/certificates.ts';
import { type KeyMaker, keyPemOf } from '../vos-sim/keys.ts';
import type { ExpresswayQuirks } from './quirks.ts';

interface PendingCsr {
  readonly pem: string;
  readonly keyPem: string;
  readonly spki: string;
}

/** What the box stores. */
export class Box {
  readonly name: string;
  readonly #faults: FaultView;
  readonly #quirks: ExpresswayQuirks;
  readonly #makeKeys: KeyMaker;
  installed: ServedIdentity;
  csr: PendingCsr | null = null;
  trusted: Certificate[];

  constructor(
    name: string,
    start: ServedIdentity,
    trusted: readonly string[],
    { faults, quirks, makeKeys }: { faults: FaultView; quirks: ExpresswayQuirks; makeKeys: KeyMaker },
  ) {
    this.name = name;
    this.installed = start;
    this.trusted = trusted.map(readCertificate);
    this.#faults = faults;
    this.#quirks = quirks;
    this.#makeKeys = makeKeys;
  }

  /** The common name is the box's own. */
  async makeCsr(names: readonly string[], bits: 2048 | 4096): Promise<void> {
    if (this.csr) throw new Refusal(409, 'Conflict');
    const keys = await this.#makeKeys({ type: 'rsa', bits }, 'SHA-256');
    const dns = [...new Set([this.name, ...names])].map((value) => ({ type: 'dns', value }) as const);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({
      name: [{ CN: [this.name] }],
      keys,
      signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(dns),
      ],
    });
    this.csr = {
      pem: `${csr.toString('pem')}\n`,
      keyPem: await keyPemOf(keys.privateKey),
      spki: Buffer.from(csr.publicKey.rawData).toString('hex'),
    };
  }

  upload(file: string): void {
    const [leafPem, ...others] = splitPem(file);
    if (leafPem === undefined || !this.csr) throw new Refusal(400, 'Bad Request');
    if (others.length > 0 && this.#quirks.chain === 'refused') throw new Refusal(400, 'Bad Request');
    const leaf = readCertificate(leafPem);
    const chain = issuersOf(leaf, this.trusted);
    if (leaf.spki !== this.csr.spki || !chain) throw new Refusal(400, 'Bad Request');
    // As OpenSSL does by itself, all but the root are taken from the trust list.
    const issuers = others.length > 0 ? others : chain.slice(0, -1).map(({ pem }) => pem);
    this.installed = { keyPem: this.csr.keyPem, chainPem: [leaf.pem, ...issuers] };
    this.csr = null;
  }

  trust(file: string): void {
    const added = splitPem(file).map(readCertificate);
    if (added.length === 0) throw new Refusal(400, 'Bad Request');
    const kept = this.#faults.take('expressway-trust-replaced') ? [] : this.trusted;
    const known = new Set(kept.map(({ sha256 }) => sha256));
    this.trusted = [...kept, ...added.filter(({ sha256 }) => !known.has(sha256))];
  }
}
