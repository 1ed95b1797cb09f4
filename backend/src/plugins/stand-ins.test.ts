import { describe, expect, it } from 'vitest';
import { StandIns } from './stand-ins.ts';

const SITE = {
  hosts: ['cucm-pub.voice.corp.com', 'cucm-sub1.voice.corp.com', '10.20.30.40'],
  users: ['certbot-acme', 'administrator'],
};

function standInsFor(...seen: readonly string[]): StandIns {
  return new StandIns(SITE, seen);
}

describe('what stands for the names of a site', () => {
  it.each([
    ['a node', 'cucm-pub.voice.corp.com', 'node-1.site-1.example'],
    ['a node in other letters', 'CUCM-PUB.voice.corp.com', 'node-1.site-1.example'],
    ['a node by its short name', 'Machine Name    : cucm-pub', 'Machine Name    : node-1'],
    ['the name in a multi-server certificate', 'cucm-pub-ms.voice.corp.com', 'node-1-ms.site-1.example'],
    ['the name in an EC certificate', 'cucm-pub-EC.voice.corp.com', 'node-1-EC.site-1.example'],
    ['a host that nobody named', 'ldap.corp.com', 'host-1.site-1.example'],
    ['a node that nobody named', '<ns1:NodeName>hq-cm2</ns1:NodeName>', '<ns1:NodeName>node-1</ns1:NodeName>'],
    [
      'a row of nodes',
      '10.1.1.1 hq-sub.voice.corp.com hq-sub Subscriber',
      '192.0.2.1 node-1.site-1.example node-1 Subscriber',
    ],
    ['an account', 'account name : certbot-acme', 'account name : user-1'],
    ['an address', 'from 10.20.30.40:8443', 'from 192.0.2.1:8443'],
    ['an IPv6 address', 'from fd00:12::7', 'from 2001:db8::1'],
    ['a hardware address', '00:50:56:8f:12:ab', 'mac-1'],
    ['a person', 'mail to jane.doe@corp.com', 'mail to person-1@mail.example'],
    ['a subject', 'CN=Corp Issuing CA 2, O=Corp', 'CN=name-1, O=name-2'],
    ['a subject that is a host', 'CN=cucm-pub.voice.corp.com', 'CN=node-1.site-1.example'],
    ['a serial number', 'serial 5A0F9C1234567890AB', 'serial serial-1'],
    ['a fingerprint', `SHA-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`, 'SHA-256 serial-1'],
    ['a host key', `SHA256:${'Ab1/'.repeat(10)}abc`, 'SHA256:host-key-1'],
    ['a tracking id', 'UC_24aed173-4f10-4a41-9c4f-23e1286daaf5', 'UC_id-1'],
    ['a file', '{"filename": "Corp Root.pem"}', '{"filename": "file-1.pem"}'],
    ['a name that people gave', '{"friendlyName": "Corp Root"}', '{"friendlyName": "name-1"}'],
    ['a name that is a host', '{"issuedTo":"cucm-pub.voice.corp.com"}', '{"issuedTo":"node-1.site-1.example"}'],
    [
      'a name after a line break in JSON',
      String.raw`{"messages":["on:\ncucm-sub1.voice.corp.com"]}`,
      String.raw`{"messages":["on:\nnode-1.site-1.example"]}`,
    ],
  ])('%s', (_what, text, expected) => {
    expect(standInsFor(text).replace(text)).toBe(expected);
  });

  it.each([
    'Active Master Version: 15.0.1.12900-234',
    'Cisco Tomcat[STARTED]',
    'File /usr/local/platform/.security/tomcat/keys/tomcat.csr Does Not Exist',
    '{"filename": "tomcat.pem"}',
    'admin:utils service restart Cisco Tomcat',
    'xmlns:soap="http://schemas.cisco.com/ast/soap"',
    'java.lang.NullPointerException',
    'the role administrator',
    'Sun, 22 Nov 2026 15:02:08 GMT',
    'HTTP Status 503',
  ])('leaves alone what says nothing of a site: %s', (text) => {
    expect(standInsFor(text).replace(text)).toBe(text);
  });

  it('is the same for the same name in all texts, and shows which domain is whose', () => {
    const texts = [
      'cucm-pub.voice.corp.com, voice.corp.com',
      'cucm-sub1.voice.corp.com and cucm-sub1',
      'voice.corp.com',
    ];
    const standIns = standInsFor(...texts);

    const replaced = texts.map((text) => standIns.replace(text));

    expect(replaced).toEqual([
      'node-1.site-1.example, site-1.example',
      'node-2.site-1.example and node-2',
      'site-1.example',
    ]);
  });
});
