/** What the lab can renew. */
export const LAB_PRODUCTS = ['cucm', 'ise', 'expressway', 'catalyst-center', 'vcenter'] as const;
export type LabProduct = (typeof LAB_PRODUCTS)[number];
