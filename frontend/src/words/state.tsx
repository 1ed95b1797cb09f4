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
import { useWords } from '../api/queries.ts';
import { looksOfConnection, type Standing } from './judge.ts';
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

/** How a connection stands: each word for itself. */
export function StandingState({ connection }: { readonly connection: Standing }) {
  const words = useWords();
  return (
    <span className="states">
      {looksOfConnection(connection, words).map((look) => (
        <State key={look.word} look={look} />
      ))}
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
