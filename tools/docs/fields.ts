import { z } from 'zod';
import { code, table } from './markdown.ts';

/** What zod and `FieldMeta` (plugins/plugin.ts) put into the JSON schema of one setting, as far as the docs show it. */
const fieldSchema = z.object({
  title: z.string(),
  help: z.string().optional(),
  example: z.string().optional(),
  secret: z.literal(true).optional(),
  advanced: z.literal(true).optional(),
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  choices: z.record(z.string(), z.string()).optional(),
  onlyWith: z.record(z.string(), z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
});

const settingsSchema = z.object({
  properties: z.record(z.string(), fieldSchema).default({}),
  required: z.array(z.string()).default([]),
});

export interface Field extends z.output<typeof fieldSchema> {
  readonly name: string;
  readonly isRequired: boolean;
}

/** The settings of a plugin as a person types them, in the order of its form. Fails on a field without a title. */
export function fieldsOf(settings: z.ZodObject): readonly Field[] {
  const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
  const { properties, required } = settingsSchema.parse(schema);
  return Object.entries(properties).map(([name, field]) => ({ ...field, name, isRequired: required.includes(name) }));
}

export function fieldTable(fields: readonly Field[]): string {
  if (fields.length === 0) return 'None.';
  return table(
    ['Setting', 'Title', 'Meaning', 'Value', 'When left out'],
    fields.map((field) => [code(field.name), field.title, meaning(field), value(field), whenLeftOut(field)]),
  );
}

/** The fields that must be given, with their examples: the least that a connection has to say. */
export function smallestExample(plugin: string, fields: readonly Field[], more: object = {}): string {
  const required = fields.filter(({ isRequired }) => isRequired);
  const settings = Object.fromEntries(required.map((field) => [field.name, exampleOf(field)]));
  return `\`\`\`json\n${JSON.stringify({ ...more, plugin, settings }, null, 2)}\n\`\`\``;
}

function exampleOf({ example, type, minimum }: Field): unknown {
  if (type === 'array') return [example ?? '…'];
  if (type === 'integer' || type === 'number') return Number(example ?? minimum ?? 0);
  return type === 'boolean' ? true : (example ?? '…');
}

function meaning({ help = '', example, advanced, choices, onlyWith }: Field): string {
  const words = Object.entries(choices ?? {}).map(([value, meant]) => `${code(value)}: ${meant}.`);
  const conditions = Object.entries(onlyWith ?? {}).map(([field, value]) => `For ${code(field)} ${code(value)}.`);
  const parts = [
    help,
    ...words,
    ...conditions,
    example === undefined ? '' : `For example ${code(example)}.`,
    advanced ? '_Advanced._' : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function value(field: Field): string {
  if (field.secret) return 'secret text';
  if (field.enum) return field.enum.map(code).join(', ');
  return field.type === undefined ? 'text' : `${TYPES[field.type] ?? field.type}${range(field)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: '`true` or `false`',
  array: 'list',
};

function range({ minimum, maximum }: Field): string {
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

function whenLeftOut({ isRequired, default: fallback }: Field): string {
  if (isRequired) return '**required**';
  return fallback === undefined ? '' : code(JSON.stringify(fallback));
}
