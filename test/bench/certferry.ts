import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acme } from '../../backend/src/issuers/acme/index.ts';
import type { Folder, Issuer } from '../../backend/src/issuers/issuer.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { type HttpMeter, meteredHttp } from '../support/http.ts';

export interface Target {
  readonly directoryUrl: string;
  readonly tlsCaPem: string;
  readonly challengeServerUrl: string;
  /** Where accounts are kept. */
  readonly folder: string;
}

export interface Measured {
  readonly wallMs: number;
  /** Wall time without that spent waiting for answers of the CA, for the next look at it, and for the TXT record. */
  readonly ownMs: number;
}

/** An issuer that knows how long it has been waiting. */
export class MeteredIssuer {
  readonly #issuer: Issuer;
  readonly #meter: HttpMeter = { exchanges: 0, waitingMs: 0 };
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
    const settings = acme.settings.parse({
      directory: target.directoryUrl,
      termsOfServiceAgreed: true,
      trust: 'bundle',
      caBundle: target.tlsCaPem,
    });
    this.#issuer = acme.create(settings, {
      http: meteredHttp(this.#meter),
      ssh: { open: noSsh, hostKey: noSsh },
      clock: {
        now: systemClock.now,
        sleepUntil: (instant, signal) => this.#wait(systemClock.sleepUntil(instant, signal)),
      },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      accountFolder: (name) => folderAt(join(target.folder, name)),
      userAgent: 'certferry/bench',
    });
  }

  /** @param started of `performance.now()`; earlier than the call when the start of the process counts too */
  async issue(name: string, csrPem: string, started = performance.now()): Promise<Measured> {
    const signal = AbortSignal.timeout(60_000);
    const waitedBefore = this.#meter.waitingMs;
    const ticket = await this.#issuer.openOrder({ dnsNames: [name], replacesPem: null }, null, signal);
    const challenges = await this.#issuer.pendingChallenges(ticket, 'dns-01', signal);
    for (const { recordName, recordValue } of challenges) await this.#wait(this.#setTxt(recordName, recordValue));
    await this.#issuer.issue(ticket, challenges, csrPem, signal);
    const wallMs = performance.now() - started;
    return { wallMs, ownMs: wallMs - (this.#meter.waitingMs - waitedBefore) };
  }

  async #setTxt(recordName: string, value: string): Promise<void> {
    const body = JSON.stringify({ host: `${recordName}.`, value });
    await fetch(`${this.#target.challengeServerUrl}/set-txt`, { method: 'POST', body });
  }

  async #wait<T>(work: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work;
    } finally {
      this.#meter.waitingMs += performance.now() - started;
    }
  }
}

function folderAt(path: string): Folder {
  return {
    read: (name) => readFile(join(path, name), 'utf8').catch(() => null),
    write: async (name, text) => {
      await mkdir(path, { recursive: true, mode: 0o700 });
      await writeFile(join(path, name), text, { mode: 0o600 });
    },
  };
}

function noSsh(): Promise<never> {
  return Promise.reject(new Error('An issuer opens no SSH sessions.'));
}
