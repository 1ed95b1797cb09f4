import type { ConnectionItem, ServedEndpointView } from '../api/types.ts';
import type { Look } from '../words/states.ts';

/** How what an endpoint serves stands to what it should serve. @param wanted SHA-256; null while that is nothing of certferry */
export function lookOfServed({ certificate }: Pick<ServedEndpointView, 'certificate'>, wanted: string | null): Look {
  if (certificate === null) return { word: 'No answer', tone: 'person' };
  if (wanted === null) return { word: 'Nothing is wanted yet', tone: 'off' };
  return certificate.sha256 === wanted
    ? { word: 'Served as wanted', tone: 'served' }
    : { word: 'Another one than wanted', tone: 'person' };
}

/** `2 of 3`: by how many of the endpoints that were last looked at what is wanted was served; null where that means nothing. */
export function servedAgainstWanted({ wanted, lastSeen }: Pick<ConnectionItem, 'wanted' | 'lastSeen'>): Look | null {
  if (wanted === null || lastSeen === null || lastSeen.endpoints === 0) return null;
  const { servedBy } = wanted;
  return {
    word: `${servedBy} of ${lastSeen.endpoints}`,
    tone: servedBy === lastSeen.endpoints ? 'served' : 'person',
  };
}
