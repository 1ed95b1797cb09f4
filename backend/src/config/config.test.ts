import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { SETTINGS } from './schema.ts';

test('has a sane default for everything', () => {
  expect(readConfig({})).toEqual({
    dataDir: resolve('data'),
    databaseFile: resolve('data/certferry.sqlite'),
    accountsDir: resolve('accounts'),
    host: '127.0.0.1',
    port: 8080,
    https: true,
    trustedProxies: [],
    publicUrl: null,
    backupTo: resolve('data/backups'),
    backupAt: '02:40',
    backupKeep: 14,
    lookMinutes: 60,
    s3: { endpoint: null, region: 'us-east-1', accessKeyId: null },
    heartbeatMethod: 'GET',
    sessionIdleMinutes: 60,
    sessionHours: 12,
    logLevel: 'info',
    logFormat: 'auto',
    keepDays: 400,
    resolvers: [],
    nameServers: {},
  });
});

test('takes every value from the environment', () => {
  const config = readConfig({
    CERTFERRY_DATA_DIR: '/var/lib/certferry',
    CERTFERRY_ACCOUNTS_DIR: '/srv/accounts',
    CERTFERRY_HOST: '::',
    CERTFERRY_PORT: '0',
    CERTFERRY_HTTPS: 'off',
    CERTFERRY_TRUSTED_PROXIES: '192.0.2.1, 10.0.0.0/8',
    CERTFERRY_PUBLIC_URL: 'https://certferry.example.com/base/',
    CERTFERRY_BACKUP_TO: 's3://backups/site-a',
    CERTFERRY_BACKUP_AT: 'never',
    CERTFERRY_BACKUP_KEEP: '30',
    CERTFERRY_LOOK_MINUTES: '15',
    CERTFERRY_S3_ENDPOINT: 'https://storage.example.com/',
    CERTFERRY_S3_REGION: 'eu-central-1',
    CERTFERRY_S3_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    CERTFERRY_HEARTBEAT_METHOD: 'POST',
    CERTFERRY_SESSION_IDLE_MINUTES: '30',
    CERTFERRY_SESSION_HOURS: '8',
    CERTFERRY_LOG_LEVEL: 'debug',
    CERTFERRY_LOG_FORMAT: 'json',
    CERTFERRY_KEEP_DAYS: '90',
    CERTFERRY_RESOLVERS: '192.0.2.53, 192.0.2.54:5353,2001:db8::53,[2001:db8::54]:5353,',
    CERTFERRY_NAME_SERVERS: 'NS1.example.com.=127.0.0.1:5301, ns2.example.com=[::1]:5302',
  });

  expect(config).toEqual({
    dataDir: '/var/lib/certferry',
    databaseFile: '/var/lib/certferry/certferry.sqlite',
    accountsDir: '/srv/accounts',
    host: '::',
    port: 0,
    https: false,
    trustedProxies: ['192.0.2.1', '10.0.0.0/8'],
    publicUrl: 'https://certferry.example.com/base',
    backupTo: 's3://backups/site-a',
    backupAt: null,
    backupKeep: 30,
    lookMinutes: 15,
    s3: { endpoint: 'https://storage.example.com', region: 'eu-central-1', accessKeyId: 'AKIAEXAMPLE' },
    heartbeatMethod: 'POST',
    sessionIdleMinutes: 30,
    sessionHours: 8,
    logLevel: 'debug',
    logFormat: 'json',
    keepDays: 90,
    resolvers: ['192.0.2.53:53', '192.0.2.54:5353', '[2001:db8::53]:53', '[2001:db8::54]:5353'],
    nameServers: { 'ns1.example.com': '127.0.0.1:5301', 'ns2.example.com': '[::1]:5302' },
  });
});

test.each([
  ['CERTFERRY_PORT', '80a'],
  ['CERTFERRY_PORT', '65536'],
  ['CERTFERRY_PORT', '-1'],
  ['CERTFERRY_PORT', '0x50'],
  ['CERTFERRY_HOST', 'http://localhost'],
  ['CERTFERRY_HTTPS', 'yes'],
  ['CERTFERRY_TRUSTED_PROXIES', '10.0.0.0/33'],
  ['CERTFERRY_TRUSTED_PROXIES', 'proxy.example.com'],
  ['CERTFERRY_PUBLIC_URL', 'certferry.example.com'],
  ['CERTFERRY_PUBLIC_URL', 'ftp://certferry.example.com'],
  ['CERTFERRY_BACKUP_AT', '24:00'],
  ['CERTFERRY_BACKUP_KEEP', '0'],
  ['CERTFERRY_SESSION_IDLE_MINUTES', '0'],
  ['CERTFERRY_SESSION_HOURS', '169'],
  ['CERTFERRY_LOOK_MINUTES', '0'],
  ['CERTFERRY_LOOK_MINUTES', '1441'],
  ['CERTFERRY_LOG_LEVEL', 'verbose'],
  ['CERTFERRY_LOG_FORMAT', 'pretty'],
  ['CERTFERRY_KEEP_DAYS', '29'],
  ['CERTFERRY_RESOLVERS', 'dns.example.com'],
  ['CERTFERRY_RESOLVERS', '192.0.2.53:0'],
  ['CERTFERRY_RESOLVERS', '192.0.2.53:'],
  ['CERTFERRY_RESOLVERS', '192.0.2.53,192.0.2'],
  ['CERTFERRY_NAME_SERVERS', '127.0.0.1:5301'],
  ['CERTFERRY_NAME_SERVERS', 'ns1.example.com=ns2.example.com'],
  ['CERTFERRY_NAME_SERVERS', 'ns1=127.0.0.1=5301'],
] as const)('refuses %s=%s and says what is allowed', (name, value) => {
  const message = `${name} is "${value}"; allowed is ${SETTINGS[name].allowed}.`;

  expect(() => readConfig({ [name]: value })).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS', message }));
});
