import type { HttpClient, HttpFactory } from './http.ts';

/** The HTTP clients that plugins made, closed together. */
export class ClientPool implements AsyncDisposable {
  readonly #clients: HttpClient[] = [];

  factory(make: HttpFactory): HttpFactory {
    return (options) => {
      const client = make(options);
      this.#clients.push(client);
      return client;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client[Symbol.asyncDispose]()));
  }
}
