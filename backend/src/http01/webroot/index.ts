import { z } from 'zod';
import { text } from '../../plugins/fields.ts';
import { FolderSolver } from '../folder-solver.ts';
import { openPlace } from '../open-place.ts';
import { isChecked, reachabilityField } from '../reachability.ts';
import type { HttpSolverPlugin } from '../solver.ts';

const settings = z.object({
  folder: text({
    title: 'Folder',
    help: 'What the web server shows at the root of the site, on this machine. It has to be there already.',
    example: '/var/www/html',
  }).regex(/^\//, 'an absolute path'),
  ...reachabilityField,
});

export const webroot: HttpSolverPlugin<typeof settings> = {
  id: 'webroot',
  title: 'Folder of a web server',
  summary: 'certferry writes the file into the folder that a web server on this machine shows.',
  since: '0.1.0',
  links: {
    product: 'https://letsencrypt.org/docs/challenge-types/#http-01-challenge',
    api: 'https://www.rfc-editor.org/rfc/rfc8555#section-8.3',
  },
  settings,
  usesOwnHost: () => true,
  create: (given, deps) =>
    new FolderSolver({
      root: given.folder,
      checked: isChecked(given),
      open: (signal) => openPlace(deps, { where: 'local' }, signal),
    }),
};
