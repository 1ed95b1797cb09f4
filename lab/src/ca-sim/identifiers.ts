import { isIP } from 'node:net';
import { type Identifier, Problem, type Subproblem } from './problem.ts';

/** Names that no public CA may put into a certificate; a private resolver may well know them. */
const PRIVATE_SUFFIXES = ['local', 'localhost', 'localdomain', 'internal', 'intranet', 'lan', 'corp', 'home'];

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The names of an order: lower case, each once, sorted.
 *
 * @throws Problem with a subproblem for each bad identifier when there is more than one
 */
export function orderedNames(identifiers: readonly Identifier[], maxNames: number): readonly string[] {
  const faults = identifiers.flatMap((identifier) => faultOf(identifier) ?? []);
  const [first, second] = faults;
  if (first !== undefined && second === undefined) throw new Problem(first.type, first.detail);
  if (first !== undefined) throw summary(first, faults);
  const names = [...new Set(identifiers.map(({ value }) => value.toLowerCase()))].sort();
  if (names.length > maxNames)
    throw new Problem('malformed', `an order may have ${maxNames} names, not ${names.length}`);
  return names;
}

function summary(first: Subproblem, faults: readonly Subproblem[]): Problem {
  const same = faults.every(({ type }) => type === first.type);
  const detail = `cannot issue for "${first.identifier.value}": ${first.detail} (and ${faults.length - 1} more problems)`;
  return new Problem(same ? first.type : 'malformed', detail, { subproblems: faults });
}

function faultOf(identifier: Identifier): Subproblem | null {
  const { type, value } = identifier;
  if (type !== 'dns') {
    return { type: 'unsupportedIdentifier', detail: `identifiers of type "${type}" are not supported`, identifier };
  }
  const policy = policyFault(value.toLowerCase());
  if (policy !== null) return { type: 'rejectedIdentifier', detail: policy, identifier };
  const syntax = syntaxFault(value.toLowerCase());
  return syntax === null ? null : { type: 'malformed', detail: syntax, identifier };
}

function policyFault(name: string): string | null {
  if (isIP(name) !== 0) return `"${name}" is an IP address`;
  const labels = name.split('.');
  if (labels.length < 2) return `"${name}" needs at least one dot`;
  if (PRIVATE_SUFFIXES.includes(labels.at(-1) ?? '')) return `"${name}" does not end with a public suffix`;
  return null;
}

function syntaxFault(name: string): string | null {
  const labels = withoutWildcard(name).split('.');
  if (name.startsWith('*.') && labels.length < 2) return `"${name}" is a wildcard for a whole top-level domain`;
  if (name.length > 253 || !labels.every((label) => LABEL.test(label))) return `"${name}" is not a DNS name`;
  return /^\d+$/.test(labels.at(-1) ?? '') ? `"${name}" has a numeric top-level domain` : null;
}

export function isWildcard(name: string): boolean {
  return name.startsWith('*.');
}

export function withoutWildcard(name: string): string {
  return isWildcard(name) ? name.slice(2) : name;
}
