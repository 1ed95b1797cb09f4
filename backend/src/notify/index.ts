import { AppError } from '../domain/errors.ts';
import { apprise } from './apprise/index.ts';
import { email } from './email/index.ts';
import type { NotifierPlugin } from './notifier.ts';
import { slack } from './slack/index.ts';
import { syslog } from './syslog/index.ts';
import { teams } from './teams/index.ts';
import { telegram } from './telegram/index.ts';
import { webex } from './webex/index.ts';
import { webhook } from './webhook/index.ts';

/** All ways to tell people, in the order of the picker. index.test.ts compares the list with the folders. */
export const notifierPlugins: readonly NotifierPlugin[] = [
  email,
  slack,
  teams,
  webex,
  telegram,
  webhook,
  apprise,
  syslog,
];

/** @throws AppError INVALID_SETTINGS when there is none with this id. */
export function notifierPlugin(id: string): NotifierPlugin {
  const plugin = notifierPlugins.find((candidate) => candidate.id === id);
  if (plugin) return plugin;
  const known = notifierPlugins.map((candidate) => candidate.id).join(', ');
  throw new AppError('INVALID_SETTINGS', `There is no notifier "${id}". Known are: ${known}.`);
}
