import { z } from 'zod';
import { isChecked, reachabilityField } from '../reachability.ts';
import type { HttpSolver, HttpSolverPlugin } from '../solver.ts';
import type { TokenBoard } from '../token-board.ts';

const settings = z.object(reachabilityField);

export const listener: HttpSolverPlugin<typeof settings> = {
  id: 'listener',
  title: 'certferry itself',
  summary: 'certferry answers the CA, at a port of its own or behind a proxy that sends it these requests.',
  since: '0.1.0',
  links: {
    product: 'https://letsencrypt.org/docs/challenge-types/#http-01-challenge',
    api: 'https://www.rfc-editor.org/rfc/rfc8555#section-8.3',
  },
  settings,
  caveats: [
    {
      text: 'CAs ask at port 80 of every name, and nowhere else: that has to be this machine, or a proxy that sends the requests on.',
      link: 'https://letsencrypt.org/docs/allow-port-80/',
    },
  ],
  create: (given, { board }) => onBoard(board, isChecked(given)),
};

function onBoard(board: TokenBoard, checked: boolean): HttpSolver {
  return {
    checked,
    volatile: true,
    check: async () =>
      board.places.length > 0
        ? `answered by certferry at ${board.places.join(' and ')}, and at the address of its web interface`
        : 'answered by certferry at the address of its web interface; CERTFERRY_HTTP01_PORT gives it a port of its own',
    present: async ({ token, text }) => board.put(token, text),
    cleanUp: async ({ token, text }) => board.remove(token, text),
  };
}
