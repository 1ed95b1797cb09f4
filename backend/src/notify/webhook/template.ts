import { Liquid, type Template } from 'liquidjs';
import { AppError } from '../../domain/errors.ts';
import type { NoticeMessage } from '../../domain/notice.ts';
import { inOneLine } from '../http-call.ts';
import { plainText } from '../text.ts';

/** Used when no template is given: the whole message. */
const DEFAULT_TEMPLATE = '{{ message | json }}';

/** What a template may cost; liquidjs counts characters, milliseconds and items. */
const LIMITS = { parseLimit: 100_000, renderLimit: 1_000, memoryLimit: 1_000_000 };

/** Renders the body of a webhook. */
export interface BodyTemplate {
  /** @throws AppError INVALID_SETTINGS when the template asks for something that a message does not have. */
  render(message: NoticeMessage): string;
}

/** @throws AppError INVALID_SETTINGS with the place of the mistake. */
export function bodyTemplate(source: string = DEFAULT_TEMPLATE): BodyTemplate {
  // `templates`: a template includes nothing from the disk.
  const liquid = new Liquid({
    ...LIMITS,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
  });
  const parsed = inWords(() => liquid.parse(source));
  return {
    render: (message) => inWords(() => String(liquid.renderSync(parsed, variablesOf(message)))),
  };
}

/** The variables of a template: readme.md has them for people. */
function variablesOf(message: NoticeMessage) {
  return {
    message,
    ...message,
    text: plainText(message),
    connection: message.connection ?? { id: null, name: null },
    recoverOf: message.recoverOf ?? { kind: null, since: null },
  };
}

function inWords<T extends string | Template[]>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('INVALID_SETTINGS', `Webhook: Body template (body): ${inOneLine(why)}`, { cause });
  }
}
