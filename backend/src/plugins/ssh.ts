import type { Secret } from '../domain/secret.ts';

export interface SshDialer {
  /**
   * Opens an interactive shell with a PTY and waits for its first prompt.
   *
   * @throws AppError APPLIANCE_NOT_TRUSTED naming the fingerprint seen, before any password is sent;
   *   APPLIANCE_DENIED when authentication fails; APPLIANCE_UNREACHABLE when it cannot connect or no prompt comes.
   */
  open(target: SshTarget, signal: AbortSignal): Promise<SshShell>;
  /** The SHA-256 of the host key the server shows, as OpenSSH prints it (`SHA256:…`). Sends no credentials. */
  hostKey(
    target: { readonly host: string; readonly port: number; readonly legacyAlgorithms?: boolean },
    signal: AbortSignal,
  ): Promise<string>;
}

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
  /** `SHA256:…` values as OpenSSH prints them; any of them is good. */
  readonly hostKeys: readonly string[];
  /** Also offers ssh-rsa (SHA-1), group14-sha1 and CBC, for old appliances. */
  readonly legacyAlgorithms: boolean;
  /** What a prompt looks like at the end of the output, after escape codes are removed. */
  readonly prompt: RegExp;
}

export interface SshShell extends AsyncDisposable {
  /**
   * Sends one line and returns everything printed before the next prompt, without the echo.
   * `onOutput` sees the text as it comes. `confirms`: unconfirmed facts (exchange.ts) that the output tells something
   * about, for a recorder.
   *
   * @throws AppError APPLIANCE_UNREACHABLE when the session closes or the signal's deadline passes before the prompt;
   *   its evidence holds what had been printed.
   */
  command(
    line: string,
    signal: AbortSignal,
    onOutput?: (soFar: string) => void,
    confirms?: readonly string[],
  ): Promise<string>;
}
