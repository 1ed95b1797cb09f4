import { errorsPage } from './errors.ts';
import { metricsPage } from './metrics.ts';
import { docsOf, FAMILIES, indexPage, pluginPage } from './plugins.ts';
import { settingsPage } from './settings.ts';

/** Every generated page: its path in the repository, and its text. The same input gives the same bytes. */
export function generatedPages(root: string): ReadonlyMap<string, string> {
  const families = FAMILIES.flatMap((family): [string, string][] => [
    [`docs/${docsOf(family)}/README.md`, indexPage(family)],
    ...family.plugins.map((plugin): [string, string] => [
      `docs/${docsOf(family)}/${plugin.id}.md`,
      pluginPage(root, family, plugin),
    ]),
  ]);
  return new Map([
    ['docs/errors.md', errorsPage()],
    ['docs/settings.md', settingsPage()],
    ['docs/metrics.md', metricsPage()],
    ...families,
  ]);
}
