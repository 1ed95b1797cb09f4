import { Text } from '@mantine/core';
import Form from '@rjsf/mantine';
import { type ErrorSchema, ErrorSchemaBuilder, type FieldErrorProps, type ObjectFieldTemplateProps } from '@rjsf/utils';
import { useMemo } from 'react';
import type { FieldErrors } from '../api/field-errors.ts';
import type { PluginDeclaration } from '../api/types.ts';
import { daemonValidates } from './daemon-validates.ts';
import { formSchema, formUi } from './form-schema.ts';
import { LineInput } from './line-input.tsx';
import { LinesField } from './lines-field.tsx';
import { ChoiceWidget, FlagWidget, LongTextWidget, SecretWidget } from './widgets.tsx';

const FIELDS = { lines: LinesField };
const WIDGETS = {
  SelectWidget: ChoiceWidget,
  CheckboxWidget: FlagWidget,
  PasswordWidget: SecretWidget,
  TextareaWidget: LongTextWidget,
};
const TEMPLATES = { BaseInputTemplate: LineInput, ObjectFieldTemplate: Fields, FieldErrorTemplate: ListError };

const NONE: readonly string[] = [];

type Settings = Readonly<Record<string, unknown>>;

interface SettingsFormProps {
  readonly plugin: PluginDeclaration;
  /** Tells several forms on one page apart. */
  readonly id: string;
  readonly settings: Settings;
  readonly secretsSet: readonly string[];
  readonly errors: FieldErrors;
  /** Fields that are not folded away; null: those that the plugin does not fold away. */
  readonly asked?: readonly string[] | null;
  /** Fields that are not shown: something else on the page decides them. */
  readonly fixed?: readonly string[];
  readonly onChange: (settings: Settings) => void;
}

/** The fields of one plugin, drawn from the JSON schema of its settings. */
export function SettingsForm({ plugin, id, settings, secretsSet, errors, onChange, ...props }: SettingsFormProps) {
  const { asked = null, fixed: hidden = NONE } = props;
  const schema = useMemo(() => formSchema(plugin.settings, { secretsSet }), [plugin, secretsSet]);
  const ui = useMemo(
    () => formUi(plugin.settings, { settings, secretsSet, asked, hidden }),
    [plugin, settings, secretsSet, asked, hidden],
  );
  return (
    <Form
      tagName="div"
      idPrefix={id}
      schema={schema}
      uiSchema={ui}
      formData={settings}
      validator={daemonValidates}
      noHtml5Validate
      showErrorList={false}
      extraErrors={asErrorSchema(errors)}
      templates={TEMPLATES}
      widgets={WIDGETS}
      fields={FIELDS}
      onChange={({ formData }) => onChange((formData ?? {}) as Settings)}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: 'skipDefaults' }}
    />
  );
}

/** What few people need is folded away. */
function Fields({ properties, uiSchema }: ObjectFieldTemplateProps) {
  const advanced: readonly string[] = uiSchema?.['ui:advanced'] ?? [];
  const hidden: readonly string[] = uiSchema?.['ui:hidden'] ?? [];
  const visible = properties.filter((property) => !property.hidden && !hidden.includes(property.name));
  const order: readonly string[] = uiSchema?.['ui:asked'] ?? [];
  const shown = visible
    .filter(({ name }) => !advanced.includes(name))
    .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const folded = visible.filter(({ name }) => advanced.includes(name));
  return (
    <div className="fields">
      {shown.map(({ name, content }) => (
        <div key={name}>{content}</div>
      ))}
      {folded.length > 0 && (
        <details>
          <summary>More settings</summary>
          <div className="fields">
            {folded.map(({ name, content }) => (
              <div key={name}>{content}</div>
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

/** Every other field shows its error itself. */
function ListError({ schema, errors = [] }: FieldErrorProps) {
  return schema.type === 'array' && errors.length > 0 && isOfObjects(schema) ? (
    <Text c="var(--person)" data-invalid tabIndex={-1}>
      {errors.join(' ')}
    </Text>
  ) : null;
}

function isOfObjects({ items }: FieldErrorProps['schema']): boolean {
  return typeof items === 'object' && 'properties' in items;
}

function asErrorSchema(errors: FieldErrors): ErrorSchema<Record<string, unknown>> {
  const builder = new ErrorSchemaBuilder<Record<string, unknown>>();
  for (const [path, message] of Object.entries(errors)) builder.addErrors(message, path.split('.')[0]);
  return builder.ErrorSchema;
}
