export { startVosCluster, type VosCluster, type VosClusterOptions } from './cluster.ts';
export { KeyStock } from './keys.ts';
export { type ClusterSeed, clusterFromSnapshots, type NodeSeed, seedFromSnapshot } from './seed.ts';
export { startVosSim, type VosSim, type VosSimOptions } from './sim.ts';
export type { SlotName } from './slots.ts';
export type { PortName } from './tls-ports.ts';
