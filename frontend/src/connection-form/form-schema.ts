import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import type { FieldSchema, SettingsSchema } from '../api/types.ts';

const LONG_TEXT = ['caBundle', 'findRootIn', 'nodeCredentials', 'variables', 'body', 'privateKey'];

interface Given {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secretsSet: readonly string[];
  /** Fields that are not folded away; null: those that the plugin does not fold away. */
  readonly asked: readonly string[] | null;
  /** Fields that are not shown: something else on the page decides them. */
  readonly hidden: readonly string[];
}

/** The JSON schema of a plugin's settings as the form generator wants it. */
export function formSchema(
  { properties, required = [] }: SettingsSchema,
  { secretsSet }: Pick<Given, 'secretsSet'>,
): RJSFSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, schemaOf(field)])),
    required: required.filter((name) => !secretsSet.includes(name)),
  };
}

export function formUi({ properties }: SettingsSchema, given: Given): UiSchema {
  const { settings, secretsSet, asked, hidden } = given;
  const isShown = (name: string, { onlyWith = {} }: FieldSchema) =>
    !hidden.includes(name) &&
    Object.entries(onlyWith).every(([field, value]) => (settings[field] ?? properties[field]?.default) === value);
  const fields = Object.entries(properties).map(([name, field]) => {
    return [name, isShown(name, field) ? uiOf(name, field, secretsSet.includes(name)) : { 'ui:widget': 'hidden' }];
  });
  const isFolded = (name: string) => (asked === null ? properties[name]?.advanced === true : !asked.includes(name));
  return {
    'ui:advanced': Object.keys(properties).filter(isFolded),
    'ui:asked': asked ?? [],
    'ui:hidden': Object.keys(properties).filter((name) => !isShown(name, properties[name] ?? {})),
    'ui:submitButtonOptions': { norender: true },
    'ui:label': false,
    ...Object.fromEntries(fields),
  };
}

function schemaOf(field: FieldSchema): RJSFSchema {
  const { title, help, secret, properties, required, items, choices, ...others } = field;
  const { example: _, advanced: _advanced, onlyWith: _onlyWith, wholeLines: _wholeLines, ...rest } = others;
  const words = { ...(title ? { title } : {}), ...(help ? { description: help } : {}) };
  if (secret) return { ...words, type: 'string' };
  return {
    // The keywords that are left are those of JSON schema.
    ...(rest as RJSFSchema),
    ...words,
    ...(choices && rest.enum
      ? { oneOf: rest.enum.map((value) => ({ const: value, title: choices[value] ?? value })) }
      : {}),
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

function listUi({ items, wholeLines }: FieldSchema, placeholder: UiSchema): UiSchema {
  if (!items?.properties)
    return {
      ...placeholder,
      'ui:field': 'lines',
      'ui:numbers': items?.type === 'integer',
      'ui:wholeLines': wholeLines === true,
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
