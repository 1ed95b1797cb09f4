/** Every step, in the order in which a person reads them. */
export const STEP_NAMES = [
  'inspect',
  'reuse',
  'request',
  'order',
  'publish',
  'propagate',
  'issue',
  'cleanUp',
  'install',
  'activate',
  'verify',
  'rollBack',
  'assess',
] as const;

export type StepName = (typeof STEP_NAMES)[number];
