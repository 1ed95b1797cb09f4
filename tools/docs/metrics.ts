import { METRICS, type MetricSpec } from '../../backend/src/monitoring/catalogue.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

export function metricsPage(): string {
  return page([
    generatedFrom('backend/src/monitoring/catalogue.ts'),
    '# Metrics',
    INTRODUCTION,
    table(['Metric', 'Type', 'Meaning', 'Labels'], Object.entries<MetricSpec>(METRICS).map(row)),
    CARDINALITY,
  ]);
}

const INTRODUCTION = `\`GET /metrics\` answers in the text format of Prometheus, to whoever is logged in as a viewer of all connections; for Prometheus make an API token.
[operations.md](operations.md#monitoring) has a scrape configuration. [monitoring/](monitoring/) holds alert rules and a Grafana dashboard.

Besides these there are the \`process_…\` and \`nodejs_…\` metrics of [prom-client](https://github.com/siimon/prom-client#default-metrics).`;

const CARDINALITY = `## How many series

Up to four for each endpoint: 10,000 connections with two endpoints each make about 60,000. The labels are the id and the name of the connection, and the
endpoint; a renamed connection begins new series, which \`connection_id\` joins. CAs, steps, outcomes and error codes come from short lists. Drop
\`certferry_endpoint_seen_timestamp_seconds\` in the scrape configuration to have a third less.

Counters begin at 0 when the daemon starts, as Prometheus expects; the history is in the API.`;

function row([name, { type, help, labels }]: readonly [string, MetricSpec]): readonly string[] {
  return [code(name), type, help, labels.map(code).join(', ')];
}
