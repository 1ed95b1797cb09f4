import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { type HttpClient, type HttpResponse, TransportError } from '../../plugins/http.ts';
import { redact } from '../../plugins/redact.ts';
import { SoapServices } from './schema.ts';
import { confirming } from './unconfirmed.ts';

const PATH = '/controlcenterservice2/services/ControlCenterServices';
const EVIDENCE_LENGTH = 2000;
/** The least time between two tries after "Exceeded allowed rate"; the retry ladder makes it longer. */
const RATE_LIMIT_MS = 5_000;

export interface ControlCenterOptions {
  readonly http: HttpClient;
  readonly host: string;
  /** For people. */
  readonly name: string;
  readonly port: number;
  /** An application user with access to serviceability, not the platform user. */
  readonly user: string;
  readonly password: Secret;
}

/**
 * Cisco's Control Center Services of one node, over SOAP. The interface acts on the node it is asked at; a NodeName is left
 * out, because clients report that it does not work.
 *
 * Facts: https://developer.cisco.com/docs/sxml/control-center-services-api. It refuses to touch Cisco Tomcat.
 */
export class ControlCenter {
  readonly #options: ControlCenterOptions;

  constructor(options: ControlCenterOptions) {
    this.#options = options;
  }

  /**
   * Restarts one service. Calls `accepted` when the node has answered that it does, and returns when it has.
   *
   * @throws AppError ACTIVATION_FAILED with the node's words; APPLIANCE_UNREACHABLE when no answer came, which leaves open
   *   whether the restart began.
   */
  async restart(service: string, accepted: () => Promise<void>, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const body = [
      '<soap:ControlServiceRequest>',
      '<soap:ControlType>Restart</soap:ControlType>',
      `<soap:ServiceList><soap:item>${escapeXml(service)}</soap:item></soap:ServiceList>`,
      '</soap:ControlServiceRequest>',
    ].join('');
    const response = await this.#call('soapDoControlServices', body, timeoutMs, signal);
    const state = servicesIn(response.body).find(({ name }) => name === service);
    if (!state || /^(stopped|not activated)$/i.test(state.status)) {
      const said = state ? ` ${state.status}${state.reason ? ` (${state.reason})` : ''}` : ' nothing';
      throw new AppError('ACTIVATION_FAILED', `${this.#options.name} says${said} of ${service} after the restart.`, {
        evidence: this.#evidence('soapDoControlServices', response),
      });
    }
    await accepted();
  }

  async status(service: string, signal: AbortSignal): Promise<'running' | 'done' | 'unknown'> {
    // Empty asks for all services: clients differ in how they name one.
    const response = await this.#call(
      'soapGetServiceStatus',
      '<soap:ServiceStatus></soap:ServiceStatus>',
      null,
      signal,
    );
    const state = servicesIn(response.body).find(({ name }) => name === service);
    if (!state) return 'unknown';
    return /^started$/i.test(state.status) ? 'done' : 'running';
  }

  async #call(operation: string, body: string, timeoutMs: number | null, signal: AbortSignal): Promise<HttpResponse> {
    const { http, host, port, name, user, password } = this.#options;
    const authority = host.includes(':') ? `[${host}]` : host;
    const response = await http
      .request(
        {
          method: 'POST',
          url: `https://${authority}:${port}${PATH}`,
          headers: {
            Authorization: `Basic ${Buffer.from(`${user}:${password.reveal()}`, 'utf8').toString('base64')}`,
            'Content-Type': 'text/xml;charset=UTF-8',
            SOAPAction: operation,
          },
          body: envelope(operation, body),
          confirms: (answer) =>
            confirming(
              'control-center-xml',
              ...(operation === 'soapDoControlServices' ? (['control-center-answer'] as const) : []),
              ...(answer && answer.status >= 500 ? (['control-center-rate'] as const) : []),
            ),
          ...(timeoutMs === null ? {} : { timeoutMs }),
        },
        signal,
      )
      .catch((cause: unknown) => {
        if (!(cause instanceof TransportError)) throw cause;
        const code = cause.kind === 'untrusted' ? 'APPLIANCE_NOT_TRUSTED' : 'APPLIANCE_UNREACHABLE';
        throw new AppError(code, `${name} cannot be asked over SOAP: ${cause.message}`, { cause });
      });
    if (response.status === 200) return response;
    throw this.#refused(operation, response);
  }

  #refused(operation: string, response: HttpResponse): AppError {
    const fault = redact(faultIn(response.body) ?? '', [this.#options.password]);
    const isTooFast = /exceeded allowed rate/i.test(response.body);
    const { code, words } = meaningOf(response.status, isTooFast);
    const said = fault ? `: ${fault.slice(0, 200)}` : '.';
    return new AppError(code, `${this.#options.name} ${words} over SOAP (HTTP ${response.status})${said}`, {
      evidence: this.#evidence(operation, response),
      ...(isTooFast ? { retryAfterMs: RATE_LIMIT_MS } : {}),
    });
  }

  #evidence(operation: string, { status, body }: HttpResponse) {
    const words = redact(body.trim(), [this.#options.password]).slice(0, EVIDENCE_LENGTH);
    return { request: `POST ${PATH} ${operation}`, status, ...(words ? { body: words } : {}) };
  }
}

function meaningOf(status: number, isTooFast: boolean): { readonly code: ErrorCode; readonly words: string } {
  if (status === 401) return { code: 'APPLIANCE_DENIED', words: 'refused the serviceability account' };
  if (status === 403) return { code: 'APPLIANCE_FORBIDDEN', words: 'does not let this account restart services' };
  if (isTooFast) return { code: 'APPLIANCE_BUSY', words: 'is asked too often' };
  if (status === 503) return { code: 'APPLIANCE_BUSY', words: 'cannot do that now' };
  return { code: 'APPLIANCE_REFUSED', words: 'refused the request' };
}

function envelope(operation: string, body: string): string {
  return [
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soap="http://schemas.cisco.com/ast/soap">',
    `<soapenv:Header/><soapenv:Body><soap:${operation}>${body}</soap:${operation}></soapenv:Body></soapenv:Envelope>`,
  ].join('');
}

/** The services of an answer, whatever prefixes it uses. */
function servicesIn(xml: string): SoapServices {
  const items = [...xml.matchAll(/<(?:[\w.-]+:)?item\b[^>]*>([\s\S]*?)<\/(?:[\w.-]+:)?item>/g)].map(
    ([, inner = '']) => ({
      name: elementIn(inner, 'ServiceName'),
      status: elementIn(inner, 'ServiceStatus'),
      reason: elementIn(inner, 'ReasonCodeString'),
    }),
  );
  return SoapServices.parse(items.filter(({ name, status }) => name && status));
}

function faultIn(xml: string): string | null {
  return elementIn(xml, 'faultstring');
}

function elementIn(xml: string, name: string): string | null {
  const match = new RegExp(`<(?:[\\w.-]+:)?${name}\\b[^>/]*>([^<]*)<`).exec(xml);
  return match?.[1] === undefined ? null : unescapeXml(match[1]).trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
