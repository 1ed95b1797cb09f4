import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import express, { type RequestHandler, type Response, Router } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';

/** Stands in the built page where each answer gets a nonce of its own; frontend/vite.config.ts writes it. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';
const NOT_BUILT = 'The daemon runs. The web interface is not built: run `npm run build`.\n';

const DAY_SECONDS = 86_400;

/**
 * The headers of every answer. Scripts and styles come from here or carry the nonce of this answer; nothing is loaded from elsewhere. Style elements
 * that the component library adds at run time get the nonce from the page.
 */
export function contentSecurity({ hstsDays }: Pick<Config, 'hstsDays'>): RequestHandler[] {
  const policy = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
        'img-src': ["'self'", 'data:'],
        'object-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", (_req, res) => `'nonce-${nonceOf(res as Response)}'`],
      },
    },
    frameguard: { action: 'deny' },
    // Helmet would also send it in clear (RFC 6797, section 7.2).
    strictTransportSecurity: false,
  });
  const strict: RequestHandler = (req, res, next) => {
    // It binds whatever else this host name serves, so that an administrator decides.
    if (req.secure && hstsDays > 0) res.set('strict-transport-security', `max-age=${hstsDays * DAY_SECONDS}`);
    next();
  };
  const nonce: RequestHandler = (_req, res, next) => {
    res.locals.nonce = randomBytes(16).toString('base64');
    next();
  };
  return [nonce, policy, strict];
}

/** What the API answers is for whoever asked, and stays in no cache. */
export const storedNowhere: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store');
  next();
};

/** The built files, and the page itself for every address that a person may open or reload. */
export function frontendRouter(folder: string): Router {
  const router = Router();
  router.use('/assets', compressedFiles(join(folder, 'assets')));
  router.use(express.static(folder, { index: false }));
  router.get('/{*path}', async (req, res, next) => {
    if (req.path.startsWith('/api/') || !(req.path === '/' || req.accepts(['json', 'html']) === 'html')) {
      next();
      return;
    }
    res.setHeader('cache-control', 'no-store');
    const file = join(folder, 'index.html');
    if (!existsSync(file)) {
      res.type('text').send(NOT_BUILT);
      return;
    }
    res.type('html').send((await readFile(file, 'utf8')).replaceAll(NONCE_PLACEHOLDER, nonceOf(res)));
  });
  return router;
}

/** The best first. frontend/vite.config.ts writes a file of each beside what can be compressed. */
const ENCODINGS = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
] as const;

/** Files whose names change with their content, as small as the browser takes them. */
function compressedFiles(folder: string): RequestHandler {
  const files = express.static(folder, {
    immutable: true,
    maxAge: '1y',
    redirect: false,
    setHeaders: describeEncoding,
  });
  return (req, res, next) => {
    res.vary('accept-encoding');
    const best = ENCODINGS.find(({ encoding }) => req.acceptsEncodings(encoding) === encoding);
    if (!best) {
      void files(req, res, next);
      return;
    }
    const asked = req.url;
    req.url = `${req.path}${best.suffix}`;
    void files(req, res, (err?: unknown) => {
      req.url = asked;
      if (err) next(err);
      else void files(req, res, next);
    });
  };
}

/** What a compressed file is, and not that it is compressed, is its type. */
function describeEncoding(res: ServerResponse, path: string): void {
  const compressed = ENCODINGS.find(({ suffix }) => path.endsWith(suffix));
  if (!compressed) return;
  res.setHeader('content-encoding', compressed.encoding);
  // Express handed it the answer, whose methods are those of Express.
  (res as Response).type(extname(path.slice(0, -compressed.suffix.length)));
}

function nonceOf(res: Response): string {
  return String(res.locals.nonce);
}
