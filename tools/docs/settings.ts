import { SETTINGS, type Setting } from '../../backend/src/config/schema.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

export function settingsPage(): string {
  return page([
    generatedFrom('backend/src/config/schema.ts'),
    '# Environment variables',
    INTRODUCTION,
    table(['Variable', 'Meaning', 'Allowed', 'When unset'], Object.entries(SETTINGS).map(row)),
  ]);
}

const INTRODUCTION = `Everything about the installation; what belongs to one certificate is a [connection](connections.md).

Each variable can also be given as \`<name>_FILE\`: the path of a file that holds the value, as container platforms mount secrets.
Setting both is an error, and an empty variable counts as unset. A value that is not allowed stops the start with a message that names the
variable.`;

function row([name, { help, allowed, fallback, secret }]: readonly [string, Setting]): readonly string[] {
  const meaning = secret ? `${help} Secret.` : help;
  return [code(name), meaning, allowed, fallback ? code(fallback) : ''];
}
