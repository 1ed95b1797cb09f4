import { ERRORS, type ErrorCode, type ErrorSpec } from '../../backend/src/domain/errors.ts';
import { code, generatedFrom, page } from './markdown.ts';

/** One section per code, so that a link can lead to it: `errors.md#dns_not_propagated`. */
export function errorsPage(): string {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  return page([
    generatedFrom('backend/src/domain/errors.ts'),
    '# Errors',
    INTRODUCTION,
    ...codes.map((name) => section(name, ERRORS[name])),
  ]);
}

const INTRODUCTION = `Every failure that certferry can name. The code stands in the API's problem documents (\`code\`), in events
(\`failure.code\`) and on the command line's failure lines. What the other side said is kept beside it as evidence, with secrets removed.

"Tried again by itself" means: on the retry ladder of the renewal, or later when the other side named a time. Everything else ends the
renewal (or the request) and waits for a person.`;

function section(name: ErrorCode, { title, action, retry, status }: ErrorSpec): string {
  const again = retry === 'later' ? 'tried again by itself' : 'not tried again';
  return `## ${name}\n\n${title}.\n\n${action}\n\nHTTP status ${code(String(status))}, ${again}.`;
}
