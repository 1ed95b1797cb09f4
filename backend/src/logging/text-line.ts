import picocolors from 'picocolors';
import { z } from 'zod';

const Line = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default('') });

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };
/** The same in every line. */
const LEFT_OUT = ['level', 'time', 'msg', 'pid', 'hostname'];

/** A line of JSON for people: `12:03:04.567 warn  step failed step=order renewalId=…`, and the stack of an error below. */
export function textLine(json: string, colours: boolean): string {
  const parsed = Line.safeParse(parse(json));
  if (!parsed.success) return json;
  const { level, time, msg, ...rest } = parsed.data;
  const { dim, yellow, red } = picocolors.createColors(colours);
  const name = (LEVELS[level] ?? String(level)).padEnd(5);
  const paint = level >= 50 ? red : level >= 40 ? yellow : String;
  const fields = Object.entries(rest).filter(([key]) => !LEFT_OUT.includes(key) && key !== 'err');
  const pairs = fields.map(([key, value]) => ` ${dim(`${key}=`)}${asText(value)}`).join('');
  return `${dim(localTime(new Date(time)))} ${paint(name)} ${msg}${pairs}${stackOf(rest.err)}\n`;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

const Failure = z.object({ stack: z.string().optional(), message: z.string().optional() });

function stackOf(err: unknown): string {
  const { stack, message } = Failure.safeParse(err).data ?? {};
  const text = stack ?? message;
  return text === undefined ? '' : `\n  ${text.replaceAll('\n', '\n  ')}`;
}

function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}
