/** The zone of the lab. Under example.com, so that nothing of it can exist. */
export const LAB_ZONE = 'lab.example.com';
