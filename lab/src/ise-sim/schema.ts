import { z } from 'zod';

/** What ISE accepts: unknown fields and wrong types are refused. `keyLength` is a text there. */

const roles = {
  admin: z.boolean().default(false),
  eap: z.boolean().default(false),
  radius: z.boolean().default(false),
  portal: z.boolean().default(false),
  pxgrid: z.boolean().default(false),
  ims: z.boolean().default(false),
  saml: z.boolean().default(false),
};

const groupTag = z.string().regex(/^[a-zA-Z0-9 ._/-]*$/);

export const csrBody = z.strictObject({
  hostnames: z.array(z.string()).min(1),
  subjectCommonName: z.string().min(1),
  subjectOrg: z.string().optional(),
  subjectOrgUnit: z.string().optional(),
  subjectCity: z.string().optional(),
  subjectState: z.string().optional(),
  subjectCountry: z.string().length(2).optional(),
  keyType: z.enum(['RSA', 'ECDSA']),
  keyLength: z.enum(['2048', '3072', '4096']),
  digestType: z.enum(['SHA-256', 'SHA-384', 'SHA-512']),
  usedFor: z.enum(['MULTI-USE', 'ADMIN', 'EAP-AUTH', 'DTLS-AUTH', 'PORTAL', 'PXGRID', 'SAML', 'IMS']),
  sanDNS: z.array(z.string()).default([]),
  allowWildCardCerts: z.boolean().optional(),
  portalGroupTag: groupTag.optional(),
});

/** What Cisco's own clients send. */
const documented = {
  hostName: z.string(),
  id: z.string(),
  data: z.string(),
  name: z.string().optional(),
  ...roles,
  portalGroupTag: groupTag.optional(),
  allowExtendedValidity: z.boolean(),
  allowOutOfDateCert: z.boolean(),
  allowReplacementOfCertificates: z.boolean(),
  allowReplacementOfPortalGroupTag: z.boolean(),
  validateCertificateExtensions: z.boolean().optional(),
};

export const bindBody = {
  documented: z.strictObject(documented),
  /** And what another public program sends. */
  all: z.strictObject({
    ...documented,
    allowRoleTransferForSameSubject: z.boolean().optional(),
    allowPortalTagTransferForSameSubject: z.boolean().optional(),
    allowWildCardCertificates: z.boolean().optional(),
  }),
};
export type BindBody = z.output<(typeof bindBody)['documented']>;

export const trustBody = z.strictObject({
  data: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  allowBasicConstraintCAFalse: z.boolean(),
  allowOutOfDateCert: z.boolean(),
  allowSHA1Certificates: z.boolean(),
  trustForIseAuth: z.boolean().optional(),
  trustForClientAuth: z.boolean().optional(),
  trustForCiscoServicesAuth: z.boolean().optional(),
  trustForCertificateBasedAdminAuth: z.boolean().optional(),
  validateCertificateExtensions: z.boolean(),
});

export const exportBody = z.strictObject({
  id: z.string(),
  hostName: z.string(),
  export: z.enum(['CERTIFICATE', 'CERTIFICATE_WITH_PRIVATE_KEY']),
  password: z.string().optional(),
});
