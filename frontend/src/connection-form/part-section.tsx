import type { ReactNode } from 'react';
import { Panel } from '../ui/panel.tsx';
import { AccountPicker, type AccountPickerProps } from './account-picker.tsx';

interface PartSectionProps extends AccountPickerProps {
  readonly title: string;
  /** After the fields. */
  readonly children?: ReactNode;
}

/** Who signs, or who proves the names. */
export function PartSection({ title, children, ...picker }: PartSectionProps) {
  return (
    <Panel title={title}>
      <div className="fields">
        <AccountPicker {...picker} />
        {children}
      </div>
    </Panel>
  );
}
