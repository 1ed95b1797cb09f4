import { useState } from 'react';
import { offerFor, useOffers } from '../accounts/offers.ts';
import type { PluginDeclaration, PluginView } from '../api/types.ts';
import { Caveats } from '../ui/caveats.tsx';
import { Tiles } from '../ui/tiles.tsx';
import { type PartDraft, part } from './draft.ts';
import { pluginFieldErrors } from './field-errors.ts';
import { SettingsForm } from './settings-form.tsx';

interface HttpFieldsProps {
  readonly plugins: readonly PluginDeclaration[];
  readonly draft: PartDraft;
  readonly stored: PluginView | null;
  readonly error: Error | null;
  readonly onChange: (draft: PartDraft) => void;
}

/** Who places the files, with its settings. */
export function HttpFields({ plugins, draft, stored, error, onChange }: HttpFieldsProps) {
  const offers = useOffers(plugins);
  const [key, setKey] = useState(() => offerFor(offers, draft.plugin, draft.settings)?.key ?? null);
  const offer = offers.find((one) => one.key === key);
  const choose = (next: string) => {
    const found = offers.find((one) => one.key === next);
    setKey(next);
    if (found) onChange(part(found.plugin.id));
  };
  return (
    <>
      <Tiles label="Who places the file" tiles={offers} value={key} onChange={choose} />
      {offer && (
        <SettingsForm
          key={offer.key}
          plugin={offer.plugin}
          id="http"
          settings={draft.settings}
          secretsSet={stored?.plugin === offer.plugin.id ? stored.secretsSet : []}
          asked={offer.asked}
          fixed={offer.fixed}
          errors={pluginFieldErrors(error, offer.plugin)}
          onChange={(settings) => onChange({ ...draft, settings })}
        />
      )}
      {offer && <Caveats caveats={offer.plugin.caveats} />}
    </>
  );
}
