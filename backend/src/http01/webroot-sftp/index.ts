import { z } from 'zod';
import { text } from '../../plugins/fields.ts';
import { sshFields, sshPlaceOf } from '../../plugins/host-fields.ts';
import { FolderSolver } from '../folder-solver.ts';
import { openPlace } from '../open-place.ts';
import { isChecked, reachabilityField } from '../reachability.ts';
import type { HttpSolverPlugin } from '../solver.ts';

const settings = z.object({
  folder: text({
    title: 'Folder',
    help: 'What the web server shows at the root of the site, on its host. It has to be there already.',
    example: '/var/www/html',
  }).regex(/^\//, 'an absolute path'),
  ...sshFields(),
  ...reachabilityField,
});

export const webrootSftp: HttpSolverPlugin<typeof settings> = {
  id: 'webroot-sftp',
  title: 'Folder of a web server, over SFTP',
  summary: 'certferry writes the file into the folder that a web server on another host shows.',
  since: '0.1.0',
  links: {
    product: 'https://letsencrypt.org/docs/challenge-types/#http-01-challenge',
    api: 'https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02',
  },
  settings,
  verify: (given) => void sshPlaceOf(given),
  create: (given, deps) =>
    new FolderSolver({
      root: given.folder,
      checked: isChecked(given),
      open: (signal) => openPlace(deps, sshPlaceOf(given), signal),
    }),
};
