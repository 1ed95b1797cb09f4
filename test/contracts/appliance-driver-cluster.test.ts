import { applianceDriverContract } from './appliance-driver.ts';
import { clusterUnderTest } from './appliance-driver-cluster.ts';

applianceDriverContract('vos cluster', () => clusterUnderTest());
