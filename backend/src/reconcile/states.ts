/** What can be the matter with a connection, as the reconciler sees it. Each has a sentence in explain.ts. */
export const WATCH_STATES = [
  /** Added, or not remembered any more: it will be looked at now. */
  'unseen',
  /** Stored before everything was filled in: there is nothing to look at and nothing to renew. */
  'incomplete',
  /** Nobody could look: no endpoint has ever answered, or the connection cannot be used as it is. */
  'silent',
  'renewing',
  /** Nothing to do. */
  'fresh',
  /** Issued, and a person did not want it installed yet. */
  'shelved',
  /** Due, and the schedule may not renew. */
  'manual',
  /** Due, and a person has only just added or changed it. */
  'just-changed',
  /** Due, and the appliance refused the login: nobody tries again until it is changed. */
  'login-refused',
  /** Due, and the last renewal was cancelled, or found nothing to do. */
  'paused',
  /** A first certificate is wanted, and nobody placed what proves its names. */
  'unanswered',
  /** Due, and the last attempt failed. */
  'backing-off',
  /** What is installed is not served, and restarting did not help. */
  'given-up',
  /** Due, and a certificate was issued moments ago. */
  'settling',
  /** Due, and the next certificate would be like the one that is there. */
  'incurable',
  'quarantined',
  'over-budget',
  /** Due, outside of its renewal window. */
  'window-shut',
  /** Due, and its renewal window opens too late: the emergency of the policy comes first. */
  'emergency-ahead',
  /** Due, outside of its renewal window, with so little life left that a person is asked. */
  'emergency-asks',
  /** Due, and its renewal window does not open within 400 days. */
  'never-open',
  /** Due, and others go first. */
  'queued',
  /** Begun in this moment. */
  'starting',
  /** Begun in this moment, outside of its renewal window, as so little life is left. */
  'emergency',
  /** Begun in this moment, because the certificate that was issued cannot be put to use. */
  'fruitless',
  /** Begun in this moment, at the CA's test directory. */
  'validating',
  /** Begun in this moment: the certificate that is kept ready is put to use. */
  'falling-back',
  /** Nothing to do, and begun in this moment: a certificate is got from the second CA to be kept ready. */
  'preparing',
] as const;

export type WatchState = (typeof WATCH_STATES)[number];

/** In these only a person helps: nothing is ordered soon, and nothing changes by itself. */
export const LEFT_TO_PEOPLE: readonly WatchState[] = [
  'manual',
  'login-refused',
  'unanswered',
  'given-up',
  'incurable',
  'never-open',
  'emergency-asks',
];
