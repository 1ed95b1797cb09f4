import { type ServedIdentity, sha256Of, startIdentity } from '../appliance-sim/identity.ts';
import { WebPort } from '../appliance-sim/web-port.ts';
import type { Exchanges } from '../exchanges.ts';
import type { Faults } from '../faults.ts';
import { Accounts } from '../vos-sim/accounts.ts';
import { type KeyMaker, newKeys } from '../vos-sim/keys.ts';
import { Box } from './box.ts';
import { drawQuirks, type ExpresswayQuirks } from './quirks.ts';
import { CommandLine } from './ssh.ts';
import { web } from './web.ts';

export interface ExpresswaySimOptions {
  /** Full name, which is the common name of every CSR. */
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
  /** 127.0.0.1 */
  readonly host?: string;
  /** Milliseconds that a restart takes; 1500. */
  readonly restartMs?: number;
  /** Days that the self-signed certificate of the start is valid; 9. */
  readonly installedValidDays?: number;
  /** PEM certificates in the trust list at the start. */
  readonly trusted?: readonly string[];
  readonly quirks?: Partial<ExpresswayQuirks>;
  /** Makes the keys of requests, to save time in tests. */
  readonly newKeys?: KeyMaker;
}

/** A running box. */
export interface ExpresswaySim extends AsyncDisposable {
  readonly name: string;
  readonly host: string;
  /** 443 of a real one. */
  readonly httpsPort: number;
  readonly sshPort: number;
  readonly sshHostKey: string;
  /** Of what is served at the start. */
  readonly startSha256: string;
  /** PEM */
  readonly startPem: string;
  readonly quirks: ExpresswayQuirks;
  readonly servedSha256: () => string;
  readonly restarts: () => number;
  readonly failedLogins: () => number;
  readonly trustSha256: () => readonly string[];
  /** As a person does on the web pages: discards the pending CSR and makes another. */
  readonly replaceCsr: (names: readonly string[]) => Promise<void>;
}

/** Starts a simulated Expressway. It keeps nothing on disk. */
export async function startExpresswaySim(options: ExpresswaySimOptions): Promise<ExpresswaySim> {
  const {
    name,
    user,
    password,
    faults,
    exchanges,
    host = '127.0.0.1',
    restartMs = 1500,
    installedValidDays = 9,
  } = options;
  const end = new AbortController();
  const view = faults.at(name);
  const quirks = drawQuirks(options.quirks ?? {});
  const accounts = new Accounts([{ user, password, privilege: 1 }], view);
  const start: ServedIdentity = await startIdentity(name, installedValidDays);
  const makeKeys = options.newKeys ?? newKeys;
  const box = new Box(name, start, options.trusted ?? [], { faults: view, quirks, makeKeys });
  const answer = web({ box, accounts, faults: view, exchanges, quirks });
  const port = await WebPort.open({ host, identity: start, answer, life: end.signal });
  const restart = () => {
    void exchanges.reached('expressway.restart', 'done');
    void port.restart(box.installed, restartMs * (view.has('restart-slow') ? 3 : 1));
  };
  const commandLine = await CommandLine.open({ host, accounts, answer: (line) => answerTo(line, quirks, restart) });
  const stopListening = faults.listen(() => port.power(!view.has('node-down')));
  return {
    ...{ name, host, quirks },
    httpsPort: port.number,
    sshPort: commandLine.port,
    sshHostKey: commandLine.hostKey,
    startSha256: sha256Of(start.chainPem[0] ?? ''),
    startPem: start.chainPem[0] ?? '',
    servedSha256: () => port.servedSha256,
    restarts: () => port.restarts,
    failedLogins: () => accounts.failures,
    trustSha256: () => box.trusted.map(({ sha256 }) => sha256),
    async replaceCsr(names) {
      box.csr = null;
      await box.makeCsr(names, 2048);
    },
    async [Symbol.asyncDispose]() {
      stopListening();
      end.abort();
      await Promise.all([port[Symbol.asyncDispose](), commandLine[Symbol.asyncDispose]()]);
    },
  };
}

function answerTo(line: string, { restartAnswer }: ExpresswayQuirks, restart: () => void): string {
  if (/^xstatus systemunit$/i.test(line)) {
    return '*s SystemUnit: /\n    Product: "Expressway"\n    Software: /\n        Version: "X15.3.1"\n*s/end\n\nOK';
  }
  if (/^xcommand restart$/i.test(line)) {
    restart();
    return restartAnswer === 'ok' ? '\nOK' : '*r RestartResult (status=OK): \n*r/end\n\nOK';
  }
  return line === '' ? 'OK' : 'ERROR: Unrecognised command';
}
