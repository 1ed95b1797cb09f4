import type { RequestHandler } from 'express';
import type { App } from '../app.ts';

/** The text format of Prometheus, at `/metrics`, where it is looked for. Names connections and hosts, so it wants a login. */
export function metricsHandler({ operations }: App): RequestHandler {
  return async (_req, res) => {
    const { contentType, text } = await operations.metrics.scrape();
    res.set('content-type', contentType).set('cache-control', 'no-store').send(text);
  };
}
