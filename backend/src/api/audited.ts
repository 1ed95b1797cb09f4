import type { Request, RequestHandler, Response } from 'express';
import { Authority } from '../access/authority.ts';
import type { Json } from '../domain/json.ts';
import type { Logger } from '../plugins/plugin.ts';
import type { AuditEntry, AuditedRequest, AuditOutcome } from '../store/audit.ts';
import type { JsonObject, Store } from '../store/store.ts';
import { AUDITED, type AuditWords } from './audit-words.ts';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** Of what is written down of one field of a body, as JSON. */
const LONGEST = 2_000;

/**
 * Writes down who changes what: a change together with its event, in its own transaction; what has no event, and what was
 * refused, before the answer is sent. Anonymous requests that are refused are no one's doing: failed logins have an event.
 */
export function audited({ audit }: Pick<Store, 'audit'>, log: Logger): RequestHandler {
  return (req, res, next) => {
    const record = new RequestRecord(req, res);
    res.locals.audited = record;
    beforeTheEnd(res, () => {
      const entry = record.close();
      return entry && audit.append(entry).catch((err: unknown) => log.error({ err }, 'audit not written'));
    });
    audit.during(record, next);
  };
}

/** Tells the record of this request which route answers it. Called by the first handler of every route. */
export function enterRoute(req: Routed, res: Response): void {
  const { audited: record } = res.locals;
  if (record instanceof RequestRecord) record.enter(req);
}

type Routed = Pick<Request, 'method' | 'baseUrl' | 'originalUrl' | 'route'>;

/** What is written down of one request. */
class RequestRecord implements AuditedRequest {
  readonly #req: Request;
  readonly #res: Response;
  #route: { readonly pattern: string; readonly path: string; readonly words: AuditWords | null } | null = null;
  #open = true;
  readonly #written: AuditOutcome[] = [];

  constructor(req: Request, res: Response) {
    this.#req = req;
    this.#res = res;
  }

  get open(): boolean {
    return this.#open;
  }

  get actor(): string | null {
    return this.#authority?.actor ?? null;
  }

  enter({ method, baseUrl, originalUrl, route }: Routed): void {
    const path = typeof route?.path === 'string' ? route.path : '';
    const pattern = `${method} ${`${baseUrl}${path}`.replace(/\/$/, '')}`;
    this.#route = { pattern, path: originalUrl.split('?')[0] ?? '', words: AUDITED[pattern] ?? null };
  }

  entry(did: Pick<AuditEntry, 'subject' | 'outcome' | 'detail'>, fallback: string): AuditEntry {
    const { subject, outcome, detail } = did;
    return {
      actor: this.actor,
      role: this.#authority?.role ?? null,
      address: this.#req.ip ?? null,
      action: this.#words?.action ?? fallback,
      subject: subject ?? this.#subject(),
      outcome,
      detail: { request: `${this.#req.method} ${this.#path()}`, ...this.#asked(), ...detail },
    };
  }

  wrote(outcome: AuditOutcome): void {
    this.#written.push(outcome);
  }

  /** What is left to be written now that the answer is known; null: nothing. */
  close(): AuditEntry | null {
    this.#open = false;
    const { statusCode, locals } = this.#res;
    const outcome = statusCode < 400 ? 'done' : statusCode < 500 ? 'refused' : 'failed';
    if (!this.#authority || !this.#counts()) return null;
    // The answer to an earlier request once more: nothing was done this time.
    if (this.#res.get('idempotency-replayed') !== undefined) return null;
    if (outcome === 'done' ? this.#written.length > 0 : this.#written.includes('refused')) return null;
    const code = typeof locals.problem === 'string' ? { code: locals.problem } : {};
    return this.entry({ subject: null, outcome, detail: { status: statusCode, ...code } }, 'request');
  }

  /** Routes with words, and attempts to change something where no route is found. */
  #counts(): boolean {
    return this.#route ? this.#route.words !== null : !SAFE.includes(this.#req.method);
  }

  get #words(): Pick<AuditWords, 'action'> | null {
    const words = this.#route?.words ?? null;
    return words?.instead?.(this.#req.body) ?? words;
  }

  get #authority(): Authority | null {
    const { authority } = this.#res.locals;
    return authority instanceof Authority ? authority : null;
  }

  #path(): string {
    return this.#req.originalUrl.split('?')[0] ?? '';
  }

  #subject(): string | null {
    if (!this.#route?.words?.subject) return null;
    const { pattern, path, words } = this.#route;
    const values = path.split('/');
    const names = pattern.replace(/^\S+ /, '').split('/');
    return names.reduce(
      (text, name, index) => (name.startsWith(':') ? text.replace(name, decoded(values[index] ?? '')) : text),
      words?.subject ?? '',
    );
  }

  #asked(): JsonObject {
    const body: unknown = this.#req.body;
    if (typeof body !== 'object' || body === null) return {};
    const keeps = this.#route?.words?.keeps ?? [];
    const values = Object.entries(body).filter(([name]) => keeps.includes(name));
    const others = Object.keys(body).filter((name) => !keeps.includes(name));
    return {
      ...(values.length > 0 && { asked: Object.fromEntries(values.map(([name, value]) => [name, brief(value)])) }),
      ...(others.length > 0 && { alsoGiven: others.slice(0, 50).map((name) => name.slice(0, 100)) }),
    };
  }
}

/** A body was parsed from JSON, so that a part of it is JSON. */
function brief(value: unknown): Json {
  const text = JSON.stringify(value) ?? 'null';
  return text.length <= LONGEST ? (value as Json) : `${text.slice(0, LONGEST)} …`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Has `work` done before the last byte of the answer is sent, so that whoever got an answer finds it written down. */
function beforeTheEnd(res: Response, work: () => Promise<unknown> | null): void {
  const end = res.end.bind(res) as (...args: unknown[]) => Response;
  let worked = false;
  const endLater = (...args: unknown[]): Response => {
    const working = worked ? null : work();
    worked = true;
    if (!working) return end(...args);
    void working.finally(() => end(...args));
    return res;
  };
  // One implementation stands for all overloads of Node.js.
  res.end = endLater as typeof res.end;
}
