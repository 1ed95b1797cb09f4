import { z } from 'zod';
import { isChecked, reachabilityField } from '../reachability.ts';
import type { HttpSolverPlugin } from '../solver.ts';

const settings = z.object(reachabilityField);

export const manual: HttpSolverPlugin<typeof settings> = {
  id: 'manual',
  title: 'By hand',
  summary: 'A person, or a program over the API, places the file; certferry waits and checks.',
  since: '0.1.0',
  links: {
    product: 'https://letsencrypt.org/docs/challenge-types/#http-01-challenge',
    api: 'https://www.rfc-editor.org/rfc/rfc8555#section-8.3',
  },
  settings,
  caveats: [
    {
      text: 'Somebody has to be there at each renewal.',
      link: 'https://letsencrypt.org/docs/challenge-types/#http-01-challenge',
    },
  ],
  create: (given) => ({
    manual: true,
    afterwards: 'delete it by hand',
    checked: isChecked(given),
    check: async () => 'a person places the files',
    present: async () => {},
    cleanUp: async () => {},
  }),
};
