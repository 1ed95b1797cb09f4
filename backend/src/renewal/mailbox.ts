interface Mail<Message> {
  readonly message: Message;
  accept(): void;
  refuse(reason: Error): void;
}

/** What people ask of a run, one at a time and in order, each answered by a resolved or rejected promise. */
export class Mailbox<Message> {
  readonly #queue: Mail<Message>[] = [];
  #bell = new Bell();
  #closed: ((message: Message) => Error) | null = null;

  /** Resolves when the message was taken and had its effect; rejects with the reason when it was refused. */
  post(message: Message): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed(message));
    return new Promise((accept, refuse) => {
      this.#queue.push({ message, accept, refuse });
      this.#bell.ring();
    });
  }

  /** Resolves when there is something to take. */
  arrival(): Promise<'mail'> {
    return this.#bell.rung;
  }

  take(): Mail<Message> | undefined {
    const mail = this.#queue.shift();
    if (this.#queue.length === 0) this.#bell = new Bell();
    return mail;
  }

  /** Refuses what waits and whatever comes later. */
  close(reason: (message: Message) => Error): void {
    this.#closed = reason;
    for (const mail of this.#queue.splice(0)) mail.refuse(reason(mail.message));
  }
}

/** A promise that is resolved from outside. */
class Bell {
  readonly rung: Promise<'mail'>;
  ring: () => void = () => {};

  constructor() {
    this.rung = new Promise((resolve) => {
      this.ring = () => resolve('mail');
    });
  }
}
