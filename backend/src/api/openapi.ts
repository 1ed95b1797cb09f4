import { type RequestHandler, Router } from 'express';
import { needs } from './guard.ts';
import { type ApiDocument, openApiDocument } from './openapi/document.ts';
import { documentPage } from './openapi/page.ts';
import { routesOf } from './route-table.ts';

/** The document of all routes of `api`, to which this one is added last. It tells nothing of an installation. */
export function openApiRouter(api: object): Router {
  const router = Router();
  const document = once(() => openApiDocument(routesOf(api)));
  router.get('/', needs('anyone'), (_req, res) => {
    res.json(document());
  });
  return router;
}

/** The same for people. */
export function apiPage(api: object): RequestHandler {
  const document = once(() => openApiDocument(routesOf(api)));
  return (_req, res) => {
    res.type('html').send(documentPage(document(), String(res.locals.nonce)));
  };
}

function once(make: () => ApiDocument): () => ApiDocument {
  let made: ApiDocument | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
