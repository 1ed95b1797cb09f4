import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import type { FieldSchema, SettingsSchema } from '../api/types.ts';

/** Whom to believe at the other end: each mode has one field of its own. Equal in every plugin (backend/src/plugins/trust.ts). */
const ONLY_WITH_TRUST: Readonly<Record<string, string>> = { caBundle: 'bundle', pinnedSha256: 'pin' };
const LONG_TEXT = ['caBundle', 'findRootIn', 'nodeCredentials', 'variables'];

interface Given {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secretsSet: readonly string[];
}

/** The JSON schema of a plugin's settings as the form generator wants it. */
export function formSchema({ properties, required = [] }: SettingsSchema, { secretsSet }: Given): RJSFSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, schemaOf(field)])),
    required: required.filter((name) => !secretsSet.includes(name)),
  };
}

export function formUi({ properties }: SettingsSchema, { settings, secretsSet }: Given): UiSchema {
  const fields = Object.entries(properties).map(([name, field]) => {
    const trust = ONLY_WITH_TRUST[name];
    const hidden = trust !== undefined && (settings.trust ?? properties.trust?.default) !== trust;
    return [name, hidden ? { 'ui:widget': 'hidden' } : uiOf(name, field, secretsSet.includes(name))];
  });
  return {
    'ui:advanced': Object.keys(properties).filter((name) => properties[name]?.advanced),
    'ui:submitButtonOptions': { norender: true },
    'ui:label': false,
    ...Object.fromEntries(fields),
  };
}

function schemaOf(field: FieldSchema): RJSFSchema {
  const { title, help, secret, properties, required, items, example: _, advanced: _advanced, ...rest } = field;
  const words = { ...(title ? { title } : {}), ...(help ? { description: help } : {}) };
  if (secret) return { ...words, type: 'string' };
  return {
    // The keywords that are left are those of JSON schema.
    ...(rest as RJSFSchema),
    ...words,
    ...(items ? { items: schemaOf(items) } : {}),
    ...(properties ? { properties: mapped(properties) } : {}),
    ...(required ? { required: [...required] } : {}),
  };
}

function mapped(properties: Readonly<Record<string, FieldSchema>>) {
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, schemaOf(field)]));
}

function uiOf(name: string, field: FieldSchema, isStored: boolean): UiSchema {
  if (field.secret) return secretUi(name, field, isStored);
  const hint =
    field.example ?? (field.default === undefined || Array.isArray(field.default) ? undefined : field.default);
  const placeholder = hint === undefined ? {} : { 'ui:placeholder': String(hint) };
  if (field.type === 'array') return listUi(field, placeholder);
  if (LONG_TEXT.includes(name)) return { 'ui:widget': 'textarea', 'ui:options': { rows: 4 } };
  // The browser would refuse to send what is no address, in words of its own.
  if (field.format === 'uri') return { ...placeholder, 'ui:options': { inputType: 'text' } };
  return field.type === 'boolean' ? { 'ui:options': { description: '' } } : placeholder;
}

function listUi({ items }: FieldSchema, placeholder: UiSchema): UiSchema {
  if (!items?.properties)
    return {
      ...placeholder,
      'ui:field': 'lines',
      'ui:numbers': items?.type === 'integer',
      'ui:options': { label: false },
    };
  const fields = Object.entries(items.properties).map(([name, field]) => [name, uiOf(name, field, false)]);
  const advanced = Object.entries(items.properties).filter(([, field]) => field.advanced);
  return {
    'ui:options': { orderable: false },
    items: { 'ui:advanced': advanced.map(([name]) => name), ...Object.fromEntries(fields) },
  };
}

function secretUi(name: string, { example }: FieldSchema, isStored: boolean): UiSchema {
  return {
    // Several lines cannot be typed into a password field.
    'ui:widget': LONG_TEXT.includes(name) ? 'textarea' : 'password',
    'ui:placeholder': isStored ? 'stored; type to replace it' : (example ?? ''),
    'ui:autocomplete': 'new-password',
  };
}
