import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';

const NEXT = {
  auto: { next: 'light', icon: IconDeviceDesktop, says: 'Colours of the system' },
  light: { next: 'dark', icon: IconSun, says: 'Light colours' },
  dark: { next: 'auto', icon: IconMoon, says: 'Dark colours' },
} as const satisfies Record<MantineColorScheme, object>;

export function SchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { next, icon: Icon, says } = NEXT[colorScheme];
  return (
    <Tooltip label={says}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`${says}. Change to: ${NEXT[next].says.toLowerCase()}`}
        onClick={() => setColorScheme(next)}
      >
        <Icon size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
