import { type CatalystSim, startCatalystSim } from './catalyst-sim/index.ts';
import type { Exchanges } from './exchanges.ts';
import { type ExpresswaySim, startExpresswaySim } from './expressway-sim/index.ts';
import type { Faults } from './faults.ts';
import { type IseSim, startIseSim } from './ise-sim/index.ts';
import type { LabProduct } from './products.ts';
import { startVcenterSim, type VcenterSim } from './vcenter-sim/index.ts';
import type { KeyStock } from './vos-sim/index.ts';
import { LAB_ZONE } from './zone.ts';

export type LabBox =
  | { readonly product: 'ise'; readonly sim: IseSim }
  | { readonly product: 'expressway'; readonly sim: ExpresswaySim }
  | { readonly product: 'catalyst-center'; readonly sim: CatalystSim }
  | { readonly product: 'vcenter'; readonly sim: VcenterSim };

interface BoxOptions {
  readonly product?: LabProduct;
  readonly restartMs?: number;
  readonly installedValidDays?: number;
  readonly keys?: KeyStock;
}

interface BoxParts {
  readonly user: string;
  readonly password: string;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

/** The box of that product; null for the CUCM, which is there always. */
export async function startBox(
  options: BoxOptions,
  { user, password, faults, exchanges }: BoxParts,
): Promise<LabBox | null> {
  const { product = 'cucm', keys, restartMs, installedValidDays } = options;
  const common = {
    ...{ user, password, faults, exchanges },
    ...(restartMs === undefined ? {} : { restartMs }),
    ...(installedValidDays === undefined ? {} : { installedValidDays }),
  };
  const own = keys ? { newKeys: keys.maker() } : {};
  switch (product) {
    case 'cucm':
      return null;
    case 'ise': {
      const nodes = [`ise1.${LAB_ZONE}`, `ise2.${LAB_ZONE}`] as const;
      return { product, sim: await startIseSim({ ...common, ...own, nodes: [...nodes] }) };
    }
    case 'expressway':
      return { product, sim: await startExpresswaySim({ ...common, ...own, name: `expe.${LAB_ZONE}` }) };
    case 'catalyst-center':
      return { product, sim: await startCatalystSim({ ...common, name: `catalyst.${LAB_ZONE}` }) };
    case 'vcenter':
      return { product, sim: await startVcenterSim({ ...common, name: `vcenter.${LAB_ZONE}` }) };
  }
}
