import { METRICS, type MetricName } from './catalogue.ts';

/** One endpoint of a connection as it was last seen. Instants are milliseconds since 1970. */
export interface EndpointReading {
  readonly connectionId: number;
  readonly connection: string;
  /** `cucm-pub.example.com:8443` */
  readonly endpoint: string;
  /** Null when nothing was ever seen served. */
  readonly notAfter: number | null;
  /** Null when nobody knows. */
  readonly asWanted: boolean | null;
  /** Null when it answers. */
  readonly unreachableSince: number | null;
  readonly seenAt: number | null;
}

const VALUES = {
  certferry_endpoint_not_after_timestamp_seconds: ({ notAfter }: EndpointReading) => seconds(notAfter),
  certferry_endpoint_served_as_wanted: ({ asWanted }: EndpointReading) => (asWanted === null ? null : Number(asWanted)),
  certferry_endpoint_unreachable_since_timestamp_seconds: ({ unreachableSince }: EndpointReading) =>
    seconds(unreachableSince),
  certferry_endpoint_seen_timestamp_seconds: ({ seenAt }: EndpointReading) => seconds(seenAt),
} as const satisfies Partial<Record<MetricName, (reading: EndpointReading) => number | null>>;

export const ENDPOINT_METRICS = Object.keys(VALUES) as (keyof typeof VALUES)[];

/**
 * The metrics of endpoints in the text format (https://prometheus.io/docs/instrumenting/exposition_formats/). They are derived
 * anew each time and may be 100,000 lines: prom-client, which keeps a map of labels for each value, takes about ten times as long.
 */
export function endpointLines(readings: readonly EndpointReading[]): string {
  const labels = readings.map(
    ({ connectionId, connection, endpoint }) =>
      `{connection_id="${connectionId}",connection="${escaped(connection)}",endpoint="${escaped(endpoint)}"}`,
  );
  const blocks = ENDPOINT_METRICS.map((name) => {
    const { help, type } = METRICS[name];
    const lines = readings.map((reading, index) => {
      const value = VALUES[name](reading);
      return value === null ? '' : `${name}${labels[index]} ${value}\n`;
    });
    return `# HELP ${name} ${help.replaceAll('\\', '\\\\')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
  });
  return blocks.join('\n');
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
