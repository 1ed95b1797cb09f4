export type { LabBox } from './boxes.ts';
export type { CaSim, CaSimOptions } from './ca-sim/index.ts';
export type { DnsSim } from './dns-sim/index.ts';
export { type ExchangePhase, Exchanges } from './exchanges.ts';
export { ALL_FAULTS, FAULTS, type FaultName, Faults, type FaultView } from './faults.ts';
export {
  LAB_CLUSTER,
  LAB_NODE,
  LAB_ZONE,
  type Lab,
  type LabClusterNodes,
  type LabOptions,
  startLab,
} from './network.ts';
export type { LabProduct } from './products.ts';
export {
  type ClusterSeed,
  clusterFromSnapshots,
  KeyStock,
  type NodeSeed,
  type PortName,
  type SlotName,
  seedFromSnapshot,
  type VosCluster,
  type VosSim,
} from './vos-sim/index.ts';
