/** Every metric of the product. Source of docs/metrics.md; dashboards and alert rules are checked against it. */
export interface MetricSpec {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
}

const ENDPOINT = ['connection_id', 'connection', 'endpoint'];

export const METRICS = {
  certferry_build_info: { type: 'gauge', help: 'Always 1; the labels say what runs.', labels: ['version', 'node'] },
  certferry_connections: {
    type: 'gauge',
    help: 'Connections, by whether they are renewed without being asked.',
    labels: ['automatic'],
  },
  certferry_endpoint_not_after_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate ends that the endpoint was last seen to serve, as Unix time.',
    labels: ENDPOINT,
  },
  certferry_endpoint_served_as_wanted: {
    type: 'gauge',
    help: '1 when the endpoint was last seen to serve the certificate of the last renewal that was not in vain, 0 when another. Absent before the first renewal and while it does not answer.',
    labels: ENDPOINT,
  },
  certferry_endpoint_unreachable_since_timestamp_seconds: {
    type: 'gauge',
    help: 'Since when the endpoint does not answer, as Unix time. Absent while it answers.',
    labels: ENDPOINT,
  },
  certferry_endpoint_seen_timestamp_seconds: {
    type: 'gauge',
    help: 'When certferry last looked at the endpoint, as Unix time.',
    labels: ENDPOINT,
  },
  certferry_renewals_total: {
    type: 'counter',
    help: 'Renewals that ended since the daemon started, by outcome.',
    labels: ['outcome'],
  },
  certferry_renewals_unfinished: {
    type: 'gauge',
    help: 'Renewals under way: running a step, waiting for an instant, or held for a person.',
    labels: ['phase'],
  },
  certferry_connection_unfinished_renewal: {
    type: 'gauge',
    help: 'Always 1; there for each connection whose renewal is under way. Its endpoints are not looked at meanwhile.',
    labels: ['connection_id', 'phase'],
  },
  certferry_step_seconds: {
    type: 'histogram',
    help: 'How long steps took that ended well, with their waits.',
    labels: ['step'],
    buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400],
  },
  certferry_step_failures_total: {
    type: 'counter',
    help: 'Failures of steps since the daemon started, by error code, also of those that are tried again.',
    labels: ['step', 'code'],
  },
  certferry_ca_requests_total: {
    type: 'counter',
    help: 'Requests to CAs since the daemon started. `kind` is the resource of the ACME directory; orders, authorizations, challenges and certificates are `resource`.',
    labels: ['ca', 'kind'],
  },
  certferry_ca_answers_total: {
    type: 'counter',
    help: 'What CAs answered: `ok`, the kind of an ACME problem such as `rateLimited`, `http-503` without one, or `unreachable` and `untrusted`.',
    labels: ['ca', 'answer'],
  },
  certferry_scheduler_lag_seconds: {
    type: 'gauge',
    help: 'How late the end of a round of the schedule is; one begins every minute. What is more than ten minutes late stands still, or fails each time.',
    labels: [],
  },
  certferry_notice_backlog: {
    type: 'gauge',
    help: 'Messages to people that are not delivered yet. Absent where nobody is told.',
    labels: [],
  },
  certferry_backup_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last backup was made and read back, as Unix time. Absent when there was none.',
    labels: [],
  },
  certferry_backup_last_result: {
    type: 'gauge',
    help: '1 when the last try to make a backup succeeded, 0 when it failed. Absent when there was none.',
    labels: [],
  },
  certferry_backup_size_bytes: { type: 'gauge', help: 'Size of the last backup that was made.', labels: [] },
  certferry_event_cursor_lag: {
    type: 'gauge',
    help: 'Events that the slowest reader of the event log has not read yet.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
