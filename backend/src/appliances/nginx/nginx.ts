import type { HostCommand, HostPlace } from '../../plugins/file-host.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';

/** How one nginx is reached and called: what its settings come to. */
/** The settings as the driver works with them. */
export interface Nginx {
  readonly place: HostPlace;
  readonly keyFile: { readonly path: string; readonly mode: number };
  readonly certificateFile: { readonly path: string; readonly mode: number };
  readonly owner: string | undefined;
  readonly keepOld: number;
  /** Tests the configuration. */
  readonly test: HostCommand;
  readonly reload: HostCommand;
  /** Prints the configuration. */
  readonly dump: HostCommand;
  readonly version: HostCommand;
  readonly endpoints: readonly TlsEndpoint[];
}
