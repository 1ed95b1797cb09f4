import { SimpleGrid, Stack, Text } from '@mantine/core';
import { usePlugins, useWords } from '../api/queries.ts';
import type { PluginDeclaration } from '../api/types.ts';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';

const FAMILIES = [
  { family: 'appliance', title: 'Appliances' },
  { family: 'issuer', title: 'CAs' },
  { family: 'dns', title: 'DNS services' },
  { family: 'notifier', title: 'Notifiers' },
] as const;

/** What this version can do, and what it is known not to. */
export function AboutSection() {
  const words = useWords();
  return (
    <Stack gap="md">
      {words && <Text className="quiet">certferry {words.version}</Text>}
      <Loaded query={usePlugins()}>
        {(plugins) => (
          <Stack gap="md">
            {FAMILIES.map(({ family, title }) => (
              <Panel key={family} title={title}>
                <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
                  {plugins[family].map((plugin) => (
                    <Plugin key={plugin.id} plugin={plugin} />
                  ))}
                </SimpleGrid>
              </Panel>
            ))}
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}

function Plugin({ plugin: { title, summary, since, caveats, links } }: { readonly plugin: PluginDeclaration }) {
  return (
    <div>
      <Text fw={550}>{title}</Text>
      <Text>{summary}</Text>
      <Text className="quiet">
        since {since} · <a href={links.product}>product</a> · <a href={links.api}>interface</a>
      </Text>
      {caveats.length > 0 && (
        <ul className="caveats">
          {caveats.map(({ text, link }) => (
            <li key={text}>
              {text}{' '}
              <a href={link} target="_blank" rel="noreferrer" aria-label={`Source: ${text}`}>
                Source
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
