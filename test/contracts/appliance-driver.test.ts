import { applianceDriverContract } from './appliance-driver.ts';
import { vosUnderTest } from './appliance-driver-vos.ts';

applianceDriverContract('vos', () => vosUnderTest());
