import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { macVerifiedPayload, type PublicKey, thumbprintOf } from './jws.ts';
import { Problem } from './problem.ts';
import { type Jws, parse, parseJson } from './schema.ts';

const Header = z.object({
  kid: z.string().min(1),
  url: z.string(),
  nonce: z.undefined('is forbidden here').optional(),
});

/** External account bindings (RFC 8555 section 7.3.4). */
export class ExternalAccounts {
  readonly #secrets: Readonly<Record<string, string>>;

  /** `secrets`: kid to base64url HMAC key */
  constructor(secrets: Readonly<Record<string, string>>) {
    this.#secrets = secrets;
  }

  /**
   * The kid whose key signed the binding of this account key.
   *
   * @throws Problem externalAccountRequired, unauthorized, malformed
   */
  async bound(binding: Jws | undefined, key: PublicKey, newAccountUrl: string): Promise<string> {
    if (binding === undefined) {
      throw new Problem('externalAccountRequired', 'new accounts need an external account binding');
    }
    const header = parse(Header, readHeader(binding), 'external account binding');
    if (header.url !== newAccountUrl) throw new Problem('malformed', 'external account binding: wrong "url"');
    const payload = await macVerifiedPayload(binding, this.#secretOf(header.kid));
    if ((await thumbprintOfPayload(payload)) !== key.thumbprint) {
      throw new Problem('malformed', 'the external account binding is for another account key');
    }
    return header.kid;
  }

  #secretOf(kid: string): Uint8Array {
    const secret = this.#secrets[kid];
    if (secret === undefined) throw new Problem('unauthorized', `no external account has the kid "${kid}"`);
    return Buffer.from(secret, 'base64url');
  }
}

function readHeader(binding: Jws): unknown {
  try {
    return decodeProtectedHeader(binding);
  } catch {
    throw new Problem('malformed', 'external account binding: the protected header cannot be read');
  }
}

async function thumbprintOfPayload(payload: Uint8Array): Promise<string> {
  const jwk = parse(z.record(z.string(), z.unknown()), parseJson(Buffer.from(payload).toString(), 'JWK'), 'JWK');
  try {
    return await thumbprintOf(createPublicKey({ key: jwk, format: 'jwk' }));
  } catch {
    throw new Problem('malformed', 'external account binding: the payload is not a JWK');
  }
}
