import type { ErrorCode } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Attempt, blocked, ok, skipped, type Topic } from '../findings.ts';

const STEPS: readonly { readonly topic: Topic; readonly codes: readonly ErrorCode[]; readonly good: string }[] = [
  {
    topic: { id: 'appliance.reachable', title: 'Appliance answers' },
    codes: ['APPLIANCE_UNREACHABLE'],
    good: 'It answers.',
  },
  {
    topic: { id: 'appliance.trust', title: 'TLS trust' },
    codes: ['APPLIANCE_NOT_TRUSTED'],
    good: 'Its certificate is one that this connection trusts.',
  },
  {
    topic: { id: 'appliance.credentials', title: 'Credentials' },
    codes: ['APPLIANCE_DENIED', 'APPLIANCE_FORBIDDEN'],
    good: 'User and password are accepted.',
  },
];

/** What has to hold for the first call to an API to succeed, in the order in which it fails; `api` is the API itself. */
export function accessFindings(first: Attempt<string>, api: Topic, todo: string): readonly Finding[] {
  if (first.ok) return [...STEPS.map(({ topic, good }) => ok(topic, good)), ok(api, first.value)];
  const { error } = first;
  const at = STEPS.findIndex(({ codes }) => codes.includes(error.code));
  const failed = at < 0 ? STEPS.length : at;
  return [
    ...STEPS.map(({ topic, good }, index) => {
      if (index < failed) return ok(topic, good);
      return index === failed ? blocked(topic, error) : skipped(topic, 'Not reached.');
    }),
    at < 0 ? blocked(api, error, todo) : skipped(api, 'Not reached.'),
  ];
}
