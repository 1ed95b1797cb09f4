import { AppError, ERRORS } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { type AcmeAccount, type AcmeAccounts, externalAccountRefusal, termsRefusal } from './account.ts';
import { profileRefusalOf } from './order.ts';
import { AcmeProblem } from './problems.ts';
import { accountSchema, type Directory } from './schema.ts';
import type { ExternalAccount } from './settings.ts';
import type { AcmeTransport, FetchedDirectory } from './transport.ts';

/** A CA dates certificates by its own clock: with one of ours that is far off, due and expired mean something else. */
const CLOCK_SKEW_MS = 5 * 60_000;

export interface CheckOptions {
  readonly transport: AcmeTransport;
  readonly accounts: AcmeAccounts;
  readonly termsOfServiceAgreed: boolean;
  readonly externalAccount: ExternalAccount | null;
  readonly profile: string | null;
  readonly clock: Clock;
}

type Topic = Pick<Finding, 'id' | 'title'>;

const TOPICS = {
  directory: { id: 'issuer.directory', title: 'ACME directory' },
  terms: { id: 'issuer.terms', title: 'Terms of service' },
  externalAccount: { id: 'issuer.external-account', title: 'External account binding' },
  profile: { id: 'issuer.profile', title: 'Certificate profile' },
  clock: { id: 'issuer.clock', title: 'Clock' },
  account: { id: 'issuer.account', title: 'ACME account' },
} as const satisfies Record<string, Topic>;

/** Changes nothing at the CA. */
export async function findingsOf(options: CheckOptions, signal: AbortSignal): Promise<Finding[]> {
  const { transport, accounts, profile, clock } = options;
  let fetched: FetchedDirectory;
  try {
    fetched = await transport.fetchDirectory(signal);
  } catch (err) {
    signal.throwIfAborted();
    return [failed(TOPICS.directory, err), ...unseen()];
  }
  const { directory, date } = fetched;
  const account = await accounts.stored();
  return [
    ok(TOPICS.directory, `${transport.directoryUrl} answers with an ACME directory.`),
    ...admissionFindings(directory, account, options),
    profile
      ? refusedOr(
          TOPICS.profile,
          profileRefusalOf(directory, profile),
          `The CA offers "${profile}".`,
          'Choose one that is offered.',
        )
      : ok(TOPICS.profile, `The CA decides.${offered(directory)}`),
    clockFinding(date, clock),
    await accountFinding(account, options, signal),
  ];
}

/** By their names, as they are written into the settings. */
function offered({ meta }: Directory): string {
  const names = Object.keys(meta.profiles ?? {});
  return names.length === 0 ? ' It offers no profiles to choose from.' : ` It offers ${names.join(', ')}.`;
}

/** An account that exists was let in before: agreement and binding are asked for only when one is created. */
function admissionFindings(
  directory: Directory,
  account: AcmeAccount | null,
  { termsOfServiceAgreed, externalAccount }: CheckOptions,
): Finding[] {
  const terms = account ? null : termsRefusal(directory, termsOfServiceAgreed);
  const binding = account ? null : externalAccountRefusal(directory, externalAccount);
  const bound = externalAccount ? `Bound to ${externalAccount.kid}.` : 'Not needed.';
  return [
    refusedOr(
      TOPICS.terms,
      terms,
      directory.meta.termsOfService ?? 'The CA names none.',
      'Read them and agree in the settings.',
    ),
    refusedOr(TOPICS.externalAccount, binding, bound, 'Ask the CA for both and put them into the settings.'),
  ];
}

function clockFinding(date: string | null, clock: Clock): Finding {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs))
    return { ...TOPICS.clock, outcome: 'skipped', answer: 'The CA does not say what time it is.' };
  const skew = clock.now().getTime() - theirs;
  const seconds = Math.round(Math.abs(skew) / 1000);
  if (Math.abs(skew) <= CLOCK_SKEW_MS) return ok(TOPICS.clock, `Within ${seconds} s of the clock of the CA.`);
  return {
    ...TOPICS.clock,
    outcome: 'warn',
    answer: `The clock of certferry is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} that of the CA.`,
    todo: 'Synchronise the clock of the host.',
  };
}

async function accountFinding(
  account: AcmeAccount | null,
  { accounts }: CheckOptions,
  signal: AbortSignal,
): Promise<Finding> {
  if (!account) return ok(TOPICS.account, 'None yet; it is created with the first order.');
  try {
    const session = await accounts.open(account, signal);
    const { status } = await session.read(account.url, accountSchema);
    if (status === 'valid') return ok(TOPICS.account, account.url);
    return block(TOPICS.account, `The account ${account.url} is ${status}.`, ERRORS.ISSUER_ACCOUNT.action);
  } catch (err) {
    signal.throwIfAborted();
    if (!(err instanceof AcmeProblem && err.kind === 'accountDoesNotExist')) return failed(TOPICS.account, err);
    return {
      ...TOPICS.account,
      outcome: 'warn',
      answer: `The CA has lost the account ${account.url}.`,
      todo: 'Nothing: certferry registers it again with the next order. Expect the names to be validated anew.',
    };
  }
}

function unseen(): Finding[] {
  const rest = Object.values(TOPICS).filter((topic) => topic !== TOPICS.directory);
  return rest.map((topic) => ({ ...topic, outcome: 'skipped', answer: 'The directory could not be read.' }));
}

function ok(topic: Topic, answer: string): Finding {
  return { ...topic, outcome: 'ok', answer };
}

function block(topic: Topic, answer: string, todo: string): Finding {
  return { ...topic, outcome: 'block', answer, todo };
}

function refusedOr(topic: Topic, refusal: string | null, answer: string, todo: string): Finding {
  return refusal === null ? ok(topic, answer) : block(topic, refusal, todo);
}

function failed(topic: Topic, err: unknown): Finding {
  const { code, message } = AppError.from(err);
  return block(topic, message, ERRORS[code].action);
}
