import { z } from 'zod';

/** The answer to POST /register: https://github.com/joohoi/acme-dns#register-endpoint */
export const registrationSchema = z.object({
  username: z.string().min(1),
  password: z.string().min(1),
  subdomain: z.string().min(1),
  fulldomain: z.string().min(1),
});

/** The answer to POST /update repeats the value that was stored. */
export const updateSchema = z.object({ txt: z.string() });
