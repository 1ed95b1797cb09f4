import { describe, expect, test } from 'vitest';
import {
  hasRestartBegun,
  judgeRestart,
  PROMPT,
  parsePrivilege,
  parseServiceList,
  parseVersion,
} from './command-line.ts';

const TOMCAT = 'Cisco Tomcat';
const WARNING =
  'Do not press Ctrl+C while the service is restarting. If the service has not restarted properly, execute the same command again.\n';

test.each([
  ['admin:', true],
  ['Welcome\n\nadmin: ', true],
  ['Welcome\nadmin:\n\nadmin:', true],
  ['account name : admin:x', false],
  ['sysadmin:', false],
  ['admin:utils service list', false],
])('%j is a prompt: %s', (text, isPrompt) => {
  expect(PROMPT.test(text)).toBe(isPrompt);
});

test('parseServiceList keeps states by name and leaves out other lines', () => {
  const states = parseServiceList(
    [
      'Requesting service status, please wait...',
      'System SSH [STARTED]',
      'Service Manager is running',
      '>> Return code = 0',
      'Cisco Tomcat[STARTING]',
      'Cisco Platform Manager Service[STOPPED]  Component is not running',
      'Primary Node =true',
    ].join('\n'),
  );

  expect(Object.fromEntries(states)).toEqual({
    'System SSH': 'STARTED',
    'Cisco Tomcat': 'STARTING',
    'Cisco Platform Manager Service': 'STOPPED',
  });
});

test.each([
  ['Active Master Version: 15.0.1.12900-234\nActive Version Installed Software Options:\nNone', '15.0.1.12900-234'],
  ['Active Master Version: 14.0.1.13900-155', '14.0.1.13900-155'],
  ['Executed command unsuccessfully', null],
])('parseVersion of %j', (output, version) => {
  expect(parseVersion(output)).toBe(version);
});

test.each([
  ['privilege level : 4', 4],
  ['account name    : reader\nprivilege level : 0\n', 0],
  ['No valid command entered', null],
])('parsePrivilege of %j', (output, level) => {
  expect(parsePrivilege(output)).toBe(level);
});

describe('a restart', () => {
  test.each([
    ['the echo alone', '', false],
    ['the warning', WARNING, true],
    ['a status line of the service', 'Cisco Tomcat[STOPPING]\n', true],
    ['a status line of another service', 'Cisco Tomcat Stats Servlet[STOPPING]\n', false],
    ['a refusal', 'Executed command unsuccessfully\n', false],
  ])('has begun by %s: %s', (_, output, begun) => {
    expect(hasRestartBegun(output, TOMCAT)).toBe(begun);
  });

  test.each([
    ['started', `${WARNING}Service Manager is running\nCisco Tomcat[STOPPING]\nCisco Tomcat[STARTED]`],
    ['starting, as on a subscriber', `${WARNING}Cisco Tomcat[STOPPING]\nCisco Tomcat[STARTING]`],
    ['started, while another failed', `${WARNING}Cisco AXL Tomcat[FAILED]\nERROR in a log\nCisco Tomcat[STARTED]`],
    ['started, having been stopped', `${WARNING}Cisco Tomcat[STOPPED]\nCisco Tomcat[STARTED]`],
  ])('that ends %s is good', (_, output) => {
    expect(() => judgeRestart(output, TOMCAT, 'cucm')).not.toThrow();
  });

  test.each([
    ['stopped', `${WARNING}Cisco Tomcat[STARTING]\nCisco Tomcat[STOPPED]  Component is not running`, 'STOPPED'],
    ['failed', `${WARNING}Cisco Tomcat[FAILED]`, 'FAILED'],
    ['with a refusal', 'Executed command unsuccessfully\nNo valid command entered', 'did not restart'],
    ['without a word', '', 'did not restart'],
  ])('that ends %s has failed, in the words of the appliance', (_, output, words) => {
    const judged = () => judgeRestart(output, TOMCAT, 'cucm');

    expect(judged).toThrow(words);
    expect(judged).toThrow(
      expect.objectContaining({
        code: 'ACTIVATION_FAILED',
        evidence: { request: 'utils service restart Cisco Tomcat', ...(output ? { body: output } : {}) },
      }),
    );
  });
});
