import { ApiError } from '../api/client.ts';
import type { PluginDeclaration } from '../api/types.ts';

/** What the daemon said of single fields, by the path of the field. */
export type FieldErrors = Readonly<Record<string, string>>;

const OWN_FIELDS = ['name', 'slot', 'dnsNames', 'secondIssuer', 'secondChain', 'dnsRules', 'policy'];

/** `dnsNames: "cucm pub" is not a host name.` to its field; null for what names none. */
export function ownFieldErrors(error: Error | null): FieldErrors {
  const detail = detailOf(error);
  const [, field = '', said = ''] = /^(\w+)[\w.]*: (.+)$/s.exec(detail) ?? [];
  return OWN_FIELDS.includes(field) ? { [field]: said } : {};
}

/** `ACME: Directory URL (directory): Invalid URL; …` to the fields of the plugin that it names. */
export function pluginFieldErrors(error: Error | null, plugin: PluginDeclaration | undefined): FieldErrors {
  const detail = detailOf(error);
  if (!plugin || !detail.startsWith(`${plugin.title}: `)) return {};
  const said = [...detail.matchAll(/\(([\w.]+)\): ([^;]+?)(?=;|\.?$)/g)];
  return Object.fromEntries(said.map(([, path = '', message = '']) => [path, message]));
}

function detailOf(error: Error | null): string {
  return error instanceof ApiError ? error.problem.detail : '';
}
