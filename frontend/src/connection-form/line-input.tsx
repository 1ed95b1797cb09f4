import { Templates } from '@rjsf/mantine';
import type { BaseInputTemplateProps } from '@rjsf/utils';
import { Prose } from '../ui/prose.tsx';

const { BaseInputTemplate } = Templates;

/** A field of one line whose help shows as code what is to be typed. */
export function LineInput(props: BaseInputTemplateProps) {
  if (!BaseInputTemplate) return null;
  const { options, schema } = props;
  const help = schema.description && <Prose>{schema.description}</Prose>;
  // The generator declares text, and hands on whatever can be shown.
  const shown = { ...options, ...(help ? { description: help } : {}) } as typeof options;
  return <BaseInputTemplate {...props} options={shown} />;
}
