import { describe, expect, it } from 'vitest';
import { createDownloadDriver } from './driver.ts';
import { download } from './index.ts';

const never = new AbortController().signal;
const driver = createDownloadDriver();

describe('what is kept for download', () => {
  it('serves nothing, holds nothing and takes a key of every kind', async () => {
    const { slots } = await driver.identify(never);

    expect(slots).toEqual(['download']);
    expect(await driver.endpoints('download', never)).toEqual([]);
    expect(await driver.readInstalled('download', never)).toBeNull();
    expect(driver.key?.kinds).toContain('RSA 4096');
  });

  it('restarts nothing, as it is declared', () => {
    expect(driver.activation).toBeUndefined();
    expect(download.restartsNothing).toBe(true);
  });

  it('has nothing in the way of a renewal', async () => {
    expect(await driver.check('download', ['www.example.com'], never)).toMatchObject([{ outcome: 'ok' }]);
  });

  it('knows no other slot', async () => {
    await expect(driver.endpoints('tomcat', never)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
    await expect(driver.check('tomcat', [], never)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
  });

  it('is never installed', async () => {
    const chain = { leafPem: '', intermediatesPem: [], rootPem: null };

    const installing = driver.install('download', chain, { held: 'appliance' }, never);

    await expect(installing).rejects.toMatchObject({ code: 'APPLIANCE_REFUSED' });
  });
});
