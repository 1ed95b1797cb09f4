import { Router } from 'express';
import { z } from 'zod';
import { appliancePlugins } from '../appliances/index.ts';
import { dnsPlugins } from '../dns/index.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import { httpSolverPlugins } from '../http01/index.ts';
import { issuerPlugins } from '../issuers/index.ts';
import { notifierPlugins } from '../notify/index.ts';
import type { Caveat, Preset } from '../plugins/plugin.ts';
import { needs } from './guard.ts';

interface Declared {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly group?: string;
  readonly since: string;
  readonly links: { readonly product: string; readonly api: string };
  readonly settings: z.ZodObject;
  readonly caveats?: readonly Caveat[];
  readonly presets?: readonly Preset[];
  readonly slots?: readonly string[];
  readonly takesKey?: readonly KeyKind[];
  readonly servesNothing?: true;
  readonly restartsNothing?: true;
  readonly reloads?: true;
}

/** What can be chosen for a connection or a channel, with the JSON schema of its settings: enough to draw a form. */
export function pluginsRouter(): Router {
  const router = Router();
  const families = {
    appliance: appliancePlugins.map(describe),
    issuer: issuerPlugins.map(describe),
    dns: dnsPlugins.map(describe),
    http: httpSolverPlugins.map(describe),
    notifier: notifierPlugins.map(describe),
  };
  router.get('/', needs('viewer'), (_req, res) => {
    res.json(families);
  });
  return router;
}

function describe({ id, title, summary, since, links, settings, ...declared }: Declared) {
  const {
    group = '',
    caveats = [],
    presets = [],
    slots = [],
    takesKey = [],
    servesNothing = false,
    restartsNothing = false,
    reloads = false,
  } = declared;
  // What a person types, not what `create` gets: secrets are text here.
  const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
  const traits = { slots, takesKey, servesNothing, restartsNothing, reloads };
  return { id, title, summary, group, since, links, caveats, presets, ...traits, settings: schema };
}
