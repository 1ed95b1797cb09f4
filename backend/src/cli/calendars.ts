import type { Command } from 'commander';
import type { CalendarView, ForecastView } from '../api/contract/calendars.ts';
import type { CalendarRules, Weekday } from '../domain/calendar.ts';
import { WEEKDAYS } from '../domain/calendar.ts';
import { AppError } from '../domain/errors.ts';
import type { ApiClient } from './client.ts';
import { table } from './tables.ts';

interface Context {
  readonly out: NodeJS.WriteStream;
  client(): Promise<ApiClient>;
  readJson(file: string): Promise<unknown>;
  readText(file: string): Promise<string>;
}

interface AddOptions {
  readonly name?: string;
  readonly zone?: string;
  readonly open?: readonly string[];
  readonly freeze?: readonly string[];
  readonly icalUrl?: string;
  readonly icalFile?: string;
  readonly preview?: true;
  readonly json?: true;
}

/** `certferry calendars …` */
export function addCalendarCommands(program: Command, context: Context): void {
  const calendars = program
    .command('calendars')
    .description('when renewals may begin and services may be restarted; docs/calendars.md has examples');
  addLookCommands(calendars, context);
  calendars
    .command('add [file]')
    .description('add a calendar described in JSON ("-": standard input), or by these options')
    .option('--name <name>', 'what people call it')
    .option('--zone <zone>', 'IANA time zone, such as Europe/Berlin')
    .option('--open <days start minutes>', 'an opening: "sat,sun 02:00 120"; may be repeated', collect)
    .option(
      '--freeze <from to reason>',
      'closed on these days: "2026-12-18 2027-01-06 Year end"; may be repeated',
      collect,
    )
    .option('--ical-url <url>', 'each event of this iCalendar address is a freeze')
    .option('--ical-file <file>', 'each event of this iCalendar file is a freeze')
    .option('--preview', 'show the next openings and store nothing')
    .option('--json', 'machine-readable')
    .action((file: string | undefined, options: AddOptions) => add(file, options, context));
  calendars
    .command('remove <id>')
    .description('forget a calendar; refused while connections use it')
    .action(async (id: string) => {
      await (await context.client()).delete(`/calendars/${encodeURIComponent(id)}`);
      context.out.write(`Calendar ${id} removed.\n`);
    });
}

function addLookCommands(calendars: Command, { out, client }: Context): void {
  calendars
    .command('list')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const all = await (await client()).get<readonly CalendarView[]>('/calendars');
      out.write(json ? `${JSON.stringify(all)}\n` : calendarTable(all));
    });
  calendars
    .command('show <id>')
    .description('its rules, who uses it, and the next five openings')
    .option('--json', 'machine-readable')
    .action(async (id: string, { json }: { json?: true }) => {
      const calendar = await (await client()).get<CalendarView>(`/calendars/${encodeURIComponent(id)}`);
      out.write(json ? `${JSON.stringify(calendar)}\n` : `${calendarLines(calendar).join('\n')}\n`);
    });
}

async function add(file: string | undefined, options: AddOptions, context: Context): Promise<void> {
  const { out } = context;
  const input = file === undefined ? await inputOf(options, context) : await context.readJson(file);
  const client = await context.client();
  if (options.preview) {
    const { name: _, ...rules } = input as { readonly name?: unknown };
    const shown = await client.post<ForecastView>('/calendars/preview', rules);
    out.write(options.json ? `${JSON.stringify(shown)}\n` : `${forecastLines(shown).join('\n')}\n`);
    return;
  }
  const calendar = await client.post<CalendarView>('/calendars', input);
  const lines = [`Calendar ${calendar.id} added.`, ...forecastLines(calendar)];
  out.write(options.json ? `${JSON.stringify(calendar)}\n` : `${lines.join('\n')}\n`);
}

async function inputOf(options: AddOptions, context: Context): Promise<CalendarRules & { readonly name: string }> {
  const { name, zone, open = [], freeze = [], icalUrl, icalFile } = options;
  if (name === undefined || zone === undefined)
    throw new AppError('BAD_REQUEST', 'Name a JSON file, or give --name, --zone and --open.');
  if (icalUrl !== undefined && icalFile !== undefined)
    throw new AppError('BAD_REQUEST', 'Give --ical-url or --ical-file, not both.');
  const text = icalFile === undefined ? null : await context.readText(icalFile);
  const address = icalUrl === undefined ? null : ({ kind: 'url', url: icalUrl, caBundle: null } as const);
  return {
    name,
    zone,
    openings: open.map(openingOf),
    freezes: freeze.map(freezeOf),
    iCalendar: text === null ? address : { kind: 'text', text },
  };
}

function openingOf(text: string): CalendarRules['openings'][number] {
  const [days = '', start = '', minutes = ''] = text.trim().split(/\s+/);
  const chosen = days.toLowerCase() === 'daily' ? [...WEEKDAYS] : days.toLowerCase().split(',');
  if (!chosen.every(isWeekday) || !/^\d+$/.test(minutes))
    throw new AppError(
      'BAD_REQUEST',
      `--open "${text}": write days, start and minutes: "sat,sun 02:00 120", or "daily 02:00 120".`,
    );
  return { days: chosen, start, minutes: Number(minutes) };
}

function isWeekday(text: string): text is Weekday {
  return WEEKDAYS.some((day) => day === text);
}

function freezeOf(text: string): CalendarRules['freezes'][number] {
  const [from = '', to = '', ...reason] = text.trim().split(/\s+/);
  if (reason.length === 0)
    throw new AppError(
      'BAD_REQUEST',
      `--freeze "${text}": write first day, last day and reason: "2026-12-18 2027-01-06 Year end".`,
    );
  return { from, to, reason: reason.join(' ') };
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function calendarTable(calendars: readonly CalendarView[]): string {
  if (calendars.length === 0) return 'No calendars yet. Add one: certferry calendars add FILE\n';
  const rows = calendars.map(({ id, name, words, next, usedBy }) => [
    String(id),
    name,
    words,
    next[0]?.words ?? 'nothing opens',
    usedBy.join(', ') || 'nobody',
  ]);
  return table(['ID', 'NAME', 'OPEN', 'NEXT', 'USED BY'], rows);
}

function calendarLines(calendar: CalendarView): readonly string[] {
  const { id, name, words, freezes, iCalendar, usedBy } = calendar;
  return [
    `${name} (calendar ${id})`,
    `  Open:     ${words}`,
    ...freezes.map(({ from, to, reason }) => `  Frozen:   ${from} to ${to}: ${reason}`),
    ...(iCalendar ? [`  Frozen:   ${iCalendar.kind === 'url' ? `by ${iCalendar.url}` : 'by an iCalendar file'}`] : []),
    `  Used by:  ${usedBy.join(', ') || 'no connection'}`,
    ...forecastLines(calendar),
  ];
}

function forecastLines({ words, next, feed }: ForecastView): readonly string[] {
  const zone = words.split(' ').at(-1);
  const openings = next.map((opening) => `    ${opening.words}`);
  return [
    ...(feed?.trouble
      ? [`  Mind: its iCalendar address cannot be read, so what it gave on ${feed.readAt} counts. ${feed.trouble}`]
      : []),
    ...(openings.length > 0 ? [`  Next openings (${zone}):`, ...openings] : ['  Nothing opens within 400 days.']),
  ];
}
