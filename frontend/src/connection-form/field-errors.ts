import { ApiError } from '../api/api-error.ts';
import { errorAt, type FieldErrors, fieldErrors } from '../api/field-errors.ts';
import type { PluginDeclaration } from '../api/types.ts';

const OWN_FIELDS = ['name', 'slot', 'dnsNames', 'secondIssuer', 'secondChain', 'dnsRules', 'policy'];

/** `dnsNames: "cucm pub" is not a host name.` to its field. Paths of other plugins than the form's own begin with no field of it. */
export function ownFieldErrors(error: Error | null): FieldErrors {
  const errors = Object.entries(fieldErrors(error));
  return Object.fromEntries(errors.filter(([path]) => OWN_FIELDS.includes(path.replace(/\..*/s, ''))));
}

/** What is said of the rule at `index`: of its place, or in a sentence with its domain. */
export function ruleError(errors: FieldErrors, index: number, suffix: string): string | undefined {
  const ofIt = errorAt(errors, `dnsRules.${index}`);
  const ofRules = errors.dnsRules;
  const domain = suffix
    .trim()
    .toLowerCase()
    .replace(/^\.|\.$/g, '');
  return ofIt ?? (ofRules?.includes(`"${domain}"`) ? ofRules : undefined);
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
