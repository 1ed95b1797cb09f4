import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHALLENGE_FOLDER, type HttpSolver, type HttpToken } from '../../backend/src/http01/solver.ts';

/** A web server with a solver that places files for it. */
export interface HttpSolverWorld extends AsyncDisposable {
  /** A new instance over the same settings, as after a restart of the daemon. */
  solver(): HttpSolver;
  /** `http://127.0.0.1:…`, where the web server answers for every name. */
  readonly origin: string;
  /** What is there beside the tokens, by path: to see that nothing else was touched. */
  others(): Promise<readonly string[]>;
}

/** The promises of `HttpSolver` (backend/src/http01/solver.ts). `title` says which, `skip` why it cannot run. */
export function httpSolverContract(
  title: string,
  setup: () => Promise<HttpSolverWorld>,
  skip: string | null = null,
): void {
  describe.skipIf(skip)(`HTTP solver contract: ${title}${skip ? ` (${skip})` : ''}`, () => {
    const signal = new AbortController().signal;
    let world: HttpSolverWorld;
    beforeAll(async () => {
      world = await setup();
    });
    afterAll(() => world?.[Symbol.asyncDispose]());

    function aToken(): HttpToken {
      const token = randomBytes(32).toString('base64url');
      return { dnsName: 'web.example.com', token, text: `${token}.${randomBytes(32).toString('base64url')}` };
    }

    async function answer({ token }: HttpToken, method = 'GET') {
      const res = await fetch(`${world.origin}${CHALLENGE_FOLDER}/${token}`, { method });
      return { status: res.status, text: await res.text() };
    }

    it('says where tokens go, and changes nothing', async () => {
      const before = await world.others();

      expect(await world.solver().check(signal)).toMatch(/\w/);

      expect(await world.others()).toEqual(before);
    });

    it('has a token answered with exactly its text, and removes it', async () => {
      const solver = world.solver();
      const token = aToken();
      const before = await answer(token);

      await solver.present(token, signal);
      const placed = await answer(token);
      const head = await answer(token, 'HEAD');
      await solver.cleanUp(token, signal);
      const after = await answer(token);

      expect(before.status).toBe(404);
      expect(placed).toEqual({ status: 200, text: token.text });
      expect(head).toEqual({ status: 200, text: '' });
      expect(after.status).toBe(404);
    });

    it('places what is placed already, and removes what is gone', async () => {
      const token = aToken();

      await world.solver().present(token, signal);
      await world.solver().present(token, signal);
      const placed = await answer(token);
      await world.solver().cleanUp(token, signal);
      await world.solver().cleanUp(token, signal);

      expect(placed.text).toBe(token.text);
      expect((await answer(token)).status).toBe(404);
    });

    it('keeps several side by side, placed at the same time, and removes one of them', async () => {
      const solver = world.solver();
      const tokens = [aToken(), aToken(), aToken()];
      const [first, ...rest] = tokens;

      await Promise.all(tokens.map((token) => solver.present(token, signal)));
      if (first) await solver.cleanUp(first, signal);
      const left = await Promise.all(rest.map((token) => answer(token)));
      await Promise.all(rest.map((token) => solver.cleanUp(token, signal)));

      expect(left.map(({ text }) => text)).toEqual(rest.map(({ text }) => text));
    });

    it('leaves a token alone that has another text', async () => {
      const token = aToken();
      await world.solver().present(token, signal);

      await world.solver().cleanUp({ ...token, text: 'of somebody else' }, signal);
      const answered = await answer(token);
      await world.solver().cleanUp(token, signal);

      expect(answered.text).toBe(token.text);
    });

    it('leaves nothing of its own behind', async () => {
      const before = await world.others();
      const token = aToken();

      await world.solver().present(token, signal);
      await world.solver().cleanUp(token, signal);

      expect(await world.others()).toEqual(before);
    });
  });
}
