import { z } from 'zod';

/** `GET /snapshot/server`: what one node holds. Only what is used; a node may say more. */
export const Snapshot = z.object({
  server: z.string().min(1),
  identities: z.array(z.object({ service: z.string(), certificate: z.string().nullish(), csr: z.string().nullish() })),
  trusts: z
    .array(
      z.object({
        service: z.string(),
        certificate_data: z.array(z.object({ certificate: z.string().nullish() })).nullish(),
      }),
    )
    .default([]),
});
export type Snapshot = z.output<typeof Snapshot>;

/** `GET /csr` and the answer to `POST /csr`. */
export const CsrAnswer = z.object({ csr: z.string().nullish() });

/** The body of a refusal; all of it may be missing. */
export const Refusal = z.object({
  messages: z.array(z.string()).optional(),
  message: z.string().optional(),
  error: z.string().optional(),
  trackingId: z.string().optional(),
});

/** The services in an answer of the Control Center: `Started`, `Stopped`, `Starting`, `Stopping`, `Not Activated`. */
export const SoapServices = z.array(
  z.object({ name: z.string().min(1), status: z.string().min(1), reason: z.string().nullable() }),
);
export type SoapServices = z.output<typeof SoapServices>;
