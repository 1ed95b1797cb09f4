import { choice } from '../plugins/fields.ts';

/** The setting that every solver has. */
export const reachabilityField = {
  reachability: choice(['check', 'skip'], {
    title: 'Before the CA is asked',
    help: 'certferry asks for the file as a CA does, at every address of the name. Skip it only where the names lead elsewhere from here than from the Internet (split horizon): the CA then finds what is wrong, and counts it.',
    choices: { check: 'Try the public way', skip: 'Do not try: split-horizon DNS' },
    advanced: true,
  }).default('check'),
};

/** What a solver makes of it. */
export function isChecked({ reachability }: { readonly reachability: 'check' | 'skip' }): boolean {
  return reachability === 'check';
}
