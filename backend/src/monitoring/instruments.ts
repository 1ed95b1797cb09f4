import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricName, type MetricSpec } from './catalogue.ts';
import { ENDPOINT_METRICS } from './endpoint-lines.ts';

type Labels = Readonly<Record<string, string>>;

/** The metrics of the catalogue on a registry of their own. A gauge has no value until it is set. */
export class Instruments {
  readonly #registry = new Registry();
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
      if (!isOneOf(ENDPOINT_METRICS, name)) this.#add(name, spec);
    }
  }

  /** CPU, memory, files and event loop of the process. Observes the process for as long as that lives. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Null: no value. */
  set(name: MetricName, value: number | null, labels: Labels = {}): void {
    const gauge = this.#gauges.get(name);
    if (value === null) gauge?.remove(labels);
    else gauge?.set(labels, value);
  }

  /** No value for any labels. */
  clear(name: MetricName): void {
    this.#gauges.get(name)?.reset();
  }

  add(name: MetricName, labels: Labels, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  observe(name: MetricName, labels: Labels, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #add(name: string, { type, help, labels, buckets }: MetricSpec): void {
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === 'counter') this.#counters.set(name, new Counter(common));
    else if (type === 'histogram')
      this.#histograms.set(name, new Histogram({ ...common, buckets: [...(buckets ?? [])] }));
    else {
      const gauge = new Gauge(common);
      // Without labels, prom-client begins with 0, which would be a lie where nothing is known.
      gauge.remove({});
      this.#gauges.set(name, gauge);
    }
  }
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
