export type { CaSim, CaSimOptions } from './ca-sim/index.ts';
export type { DnsSim } from './dns-sim/index.ts';
export { type ExchangePhase, Exchanges } from './exchanges.ts';
export { FAULTS, type FaultName, Faults } from './faults.ts';
export { LAB_NODE, LAB_ZONE, type Lab, type LabOptions, startLab } from './network.ts';
export type { VosSim } from './vos-sim/index.ts';
