/** Public pages that this driver rests on. */
export const SOURCES = {
  product: 'https://www.haproxy.org/',
  api: 'https://docs.haproxy.org/2.6/management.html#9.3',
  set: 'https://docs.haproxy.org/2.6/management.html#9.3-set%20ssl%20cert',
  show: 'https://docs.haproxy.org/2.6/management.html#9.3-show%20ssl%20cert',
  socket: 'https://docs.haproxy.org/2.6/configuration.html#3.1-stats%20socket',
  exposed: 'https://www.haproxy.com/documentation/haproxy-runtime-api/installation/',
  payload: 'https://github.com/haproxy/haproxy/issues/1805',
  crt: 'https://docs.haproxy.org/2.6/configuration.html#5.1-crt',
} as const;
