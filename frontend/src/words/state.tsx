import {
  IconAlertTriangle,
  IconCheck,
  IconCircleCheck,
  IconCircleDashed,
  IconClockHour4,
  IconLoader2,
  type IconProps,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Look, Tone } from './states.ts';

const ICONS: Readonly<Record<Tone, ComponentType<IconProps>>> = {
  served: IconCircleCheck,
  plain: IconCheck,
  pending: IconClockHour4,
  person: IconAlertTriangle,
  running: IconLoader2,
  off: IconCircleDashed,
};

/** Word, icon and colour, always together. */
export function State({ look: { word, tone } }: { readonly look: Look }) {
  const Icon = ICONS[tone];
  return (
    <span className={tone === 'running' ? 'state alive' : 'state'} data-tone={tone}>
      <Icon size={16} aria-hidden />
      {word}
    </span>
  );
}

export function StateIcon({ look: { word, tone } }: { readonly look: Look }) {
  const Icon = ICONS[tone];
  return (
    <span className={tone === 'running' ? 'state alive' : 'state'} data-tone={tone}>
      <Icon size={17} aria-label={word} role="img" />
    </span>
  );
}
