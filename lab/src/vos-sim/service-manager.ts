import type { RequestListener } from 'node:http';
import type { Exchanges } from '../exchanges.ts';
import type { FaultView } from '../faults.ts';
import { between, pause, type Quirks } from './chance.ts';
import type { Identity } from './identities.ts';
import type { VosNode } from './node.ts';
import { ServedPort } from './served-port.ts';
import { type Service, type ServiceState, servicesOf, TOMCAT } from './services.ts';
import type { SlotName } from './slots.ts';
import { type PortName, tlsPortsOf } from './tls-ports.ts';

export interface ServiceSettings {
  readonly node: VosNode;
  readonly host: string;
  /** Free ones are taken for those left out. */
  readonly ports: Partial<Readonly<Record<PortName, number>>>;
  readonly answer: RequestListener;
  readonly stopping: Quirks['stopping'];
  readonly faults: FaultView;
  readonly exchanges: Exchanges;
  /** What a restart of Tomcat takes, give or take 30 %; the other services take less. */
  readonly restartMs: number;
  /** Fires when the lab is taken down. */
  readonly life: AbortSignal;
}

type Tell = (state: ServiceState) => void;

const SLOW_FACTOR = 3;
/** Parts of a restart, in hundredths: how long it takes to stop, and what a smaller service needs of Tomcat's time. */
const STOPPING_SHARE = 40;
const SMALL_SERVICE_SHARE = 35;

/**
 * The services of the node with the TLS ports that they serve. A service reads its certificates when it starts, and
 * only then. Restarts happen one after the other, and go on when the one who asked is gone.
 */
export class ServiceManager implements AsyncDisposable {
  readonly #settings: ServiceSettings;
  readonly #services: readonly Service[];
  readonly #states = new Map<string, ServiceState>();
  readonly #counts = new Map<string, number>();
  /** Service, then slot. */
  readonly #inUse: ReadonlyMap<string, Map<SlotName, Identity>>;
  readonly #ports: ServedPort[] = [];
  #last: Promise<void> = Promise.resolve();

  private constructor(settings: ServiceSettings) {
    const { node } = settings;
    this.#settings = settings;
    this.#services = servicesOf(node.role);
    this.#inUse = new Map(
      this.#services.map(({ name, uses }) => [name, new Map(uses.map((slot) => [slot, node.identity(slot)]))]),
    );
  }

  /** @throws when a port asked for is taken; nothing is left open then */
  static async start(settings: ServiceSettings): Promise<ServiceManager> {
    const services = new ServiceManager(settings);
    try {
      for (const row of tlsPortsOf(settings.node.role)) {
        const port = settings.ports[row.name];
        const identity = settings.node.identity(row.slot);
        const { host } = settings;
        services.#ports.push(await ServedPort.open({ row, host, port, identity, answer: services.#answer }));
      }
    } catch (error) {
      await services[Symbol.asyncDispose]();
      throw error;
    }
    return services;
  }

  get ports(): readonly ServedPort[] {
    return this.#ports;
  }

  get names(): readonly string[] {
    return this.#services.map(({ name }) => name);
  }

  has(service: string): boolean {
    return this.#inUse.has(service);
  }

  state(service: string): ServiceState {
    return this.#states.get(service) ?? 'STARTED';
  }

  /** How many restarts of the service have finished. */
  restarts(service: string): number {
    return this.#counts.get(service) ?? 0;
  }

  /** What the service took up when it started; null when it uses no certificate of that slot. */
  inUse(service: string, slot: SlotName): Identity | null {
    return this.#inUse.get(service)?.get(slot) ?? null;
  }

  /** @throws AbortError when the lab is taken down meanwhile */
  restart(service: string, tell: Tell): Promise<void> {
    const run = this.#last.then(() => this.#run(service, tell));
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Fires when the lab is taken down. */
  get life(): AbortSignal {
    return this.#settings.life;
  }

  powerOff(): void {
    for (const { gate } of this.#ports) gate.powerOff();
  }

  /** @throws AbortError when the lab is taken down meanwhile */
  async powerOn(): Promise<void> {
    await Promise.all(this.#ports.map(({ gate }) => gate.powerOn(this.#settings.life)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(this.#ports);
  }

  async #run(service: string, tell: Tell): Promise<void> {
    await this.#reached(service, 'received');
    const together = this.#services.filter(({ name }) => name === service || this.#takesAlong(service, name));
    const names = together.map(({ name }) => name);
    const ports = this.#ports.filter(({ row }) => row.services.some((name) => names.includes(name)));
    await this.#stopAndStart(service, together, ports, tell);
    for (const name of names) this.#states.delete(name);
    this.#counts.set(service, this.restarts(service) + 1);
    await this.#reached(service, 'done');
    tell('STARTED');
  }

  async #stopAndStart(service: string, together: readonly Service[], ports: readonly ServedPort[], tell: Tell) {
    const { life, stopping } = this.#settings;
    const durationMs = this.#durationOf(service);
    const stoppingMs = (durationMs * STOPPING_SHARE) / 100;
    const enter = (state: ServiceState): void => {
      for (const { name } of together) this.#states.set(name, state);
      tell(state);
    };
    enter('STOPPING');
    if (service !== TOMCAT || stopping === 'closed') await this.#close(ports);
    await pause(stoppingMs, stoppingMs, life);
    await this.#close(ports);
    enter('STARTING');
    await pause(durationMs - stoppingMs, durationMs - stoppingMs, life);
    this.#takeUp(together);
    for (const port of ports) await port.reopen(this.#nextFor(port), life);
  }

  #takesAlong(service: string, other: string): boolean {
    return this.#services.some(({ name, takesAlong }) => name === service && takesAlong.includes(other));
  }

  #durationOf(service: string): number {
    const { restartMs, faults } = this.#settings;
    const isTomcat = service === TOMCAT;
    const share = isTomcat ? 100 : SMALL_SERVICE_SHARE;
    const factor = isTomcat && faults.has('restart-slow') ? SLOW_FACTOR : 1;
    return (((restartMs * between(70, 130)) / 100) * share * factor) / 100;
  }

  #takeUp(services: readonly Service[]): void {
    const { node, faults } = this.#settings;
    for (const { name, uses } of services) {
      if (name === TOMCAT && faults.has('wrong-cert-served')) continue;
      for (const slot of uses) this.#inUse.get(name)?.set(slot, node.identity(slot));
    }
  }

  /** A port behind several services changes when the last of them has taken the new certificate up. */
  #nextFor({ row, served }: ServedPort): Identity {
    const [first, ...others] = row.services.map((service) => this.inUse(service, row.slot));
    return first && others.every((other) => other === first) ? first : served;
  }

  async #close(ports: readonly ServedPort[]): Promise<void> {
    await Promise.all(ports.map(({ gate }) => gate.close()));
  }

  /** Counted by node and service; restarts of Tomcat are counted over all nodes as well. */
  async #reached(service: string, phase: 'received' | 'done'): Promise<void> {
    const { exchanges, node } = this.#settings;
    await exchanges.reached(`vos.restart ${node.shortName} ${service}`, phase);
    if (service === TOMCAT) await exchanges.reached('vos.restart', phase);
  }

  readonly #answer: RequestListener = (request, response) => {
    if (this.state(TOMCAT) === 'STARTED') return this.#settings.answer(request, response);
    response.writeHead(503, { 'content-type': 'text/html;charset=utf-8', connection: 'close' });
    response.end('<html><head><title>HTTP Status 503</title></head><body><h1>Service Unavailable</h1></body></html>');
  };
}
