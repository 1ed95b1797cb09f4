import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FAULTS } from '@certferry/lab';
import { describe, expect, it } from 'vitest';
import { appliancePlugins } from '../backend/src/appliances/index.ts';
import { ERRORS } from '../backend/src/domain/errors.ts';
import { type Explanation, explain, type RenewalInHand } from '../backend/src/reconcile/explain.ts';
import { emptyMemory } from '../backend/src/reconcile/memory.ts';
import { WATCH_STATES, type WatchState } from '../backend/src/reconcile/states.ts';
import type { Facts } from '../backend/src/renewal/facts.ts';
import {
  effectOf,
  initialState,
  type MachineState,
  machineStates,
  nextState,
  stepStates,
} from '../backend/src/renewal/machine.ts';
import { STEP_NAMES, type StepName } from '../backend/src/renewal/step-names.ts';
import { steps } from '../backend/src/renewal/steps/index.ts';
import type { Connection } from '../backend/src/store/store.ts';
import { GENERATED } from '../tools/docs/markdown.ts';
import { generatedPages } from '../tools/docs/pages.ts';
import { FAMILIES } from '../tools/docs/plugins.ts';
import { filesBelow, foldersIn, ROOT, read } from './support/repository.ts';

/** Things that stand in two places, and must say the same in both. */

type FactName = keyof Facts;

interface StepDeclaration {
  readonly name: StepName;
  readonly needs: readonly FactName[];
  readonly uses: readonly FactName[];
  readonly gives: readonly FactName[];
}

/** What they say to their service cannot be kept as a file that stays true (ADR 31). */
const UNRECORDED = {
  'acme-sh': 'what a script says is up to the script; BIND sees its effect in each run',
  exec: 'what a program says is up to the program; BIND sees its effect in each run',
  manual: 'a person says it',
  rfc2136: 'each message has a random id, the time and a signature over both; BIND judges it in each run',
};

const declared: readonly StepDeclaration[] = Object.values(steps);

describe.each(FAMILIES)('$folder', ({ folder, plugins }) => {
  it('has a folder for each plugin of the list, and no other', () => {
    const folders = foldersIn(`backend/src/${folder}`).filter((name) => !name.startsWith('_') && name !== 'testing');

    expect(plugins.map(({ id }) => id).sort()).toEqual(folders);
  });

  it('has the same two files in each folder', () => {
    const lacking = plugins
      .flatMap(({ id }) => [`backend/src/${folder}/${id}/index.ts`, `backend/src/${folder}/${id}/readme.md`])
      .filter((path) => !existsSync(join(ROOT, path)));

    expect(lacking).toEqual([]);
  });
});

describe('DNS services', () => {
  it('each bring the contract suite, and a recording unless there is a reason', () => {
    const ids = [...foldersIn('backend/src/dns'), '_blueprint'].filter((id) =>
      existsSync(join(ROOT, `backend/src/dns/${id}/index.ts`)),
    );
    const files = ids.flatMap((id) =>
      ['contract.test.ts', ...(id in UNRECORDED ? [] : ['fixtures/renewal.json'])].map(
        (file) => `backend/src/dns/${id}/${file}`,
      ),
    );

    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('appliances', () => {
  /** Without a host there is nothing to log in to, to hand over to or to look at. */
  const WITHOUT_CONTRACT = ['download'];

  it('each keep the contract suite, unless there is a reason', () => {
    const tests = filesBelow('test/contracts', '.test.ts').map(read).join('\n');
    const kept = appliancePlugins.map(({ id }) => id).filter((id) => tests.includes(`applianceDriverContract('${id}'`));

    expect([...kept, ...WITHOUT_CONTRACT].sort()).toEqual(appliancePlugins.map(({ id }) => id).sort());
  });
});

describe('steps', () => {
  it('have a file each, and every file with a step is one of them', () => {
    const files = filesBelow('backend/src/renewal/steps', '.ts').filter((path) => read(path).includes('defineStep('));

    expect(files).toEqual(STEP_NAMES.map((name) => `backend/src/renewal/steps/${kebab(name)}.ts`).sort());
  });

  it('are the entries of steps/index.ts', () => {
    expect(declared.map(({ name }) => name)).toEqual([...STEP_NAMES]);
    expect(Object.keys(steps)).toEqual([...STEP_NAMES]);
  });

  it('are the states of the machine', () => {
    const ofStates = new Set(stepStates().map(({ step }) => step));

    expect([...ofStates].sort()).toEqual([...STEP_NAMES].sort());
  });
});

describe('facts', () => {
  it('name the step that gives them', () => {
    const given = declared.flatMap(({ name, gives }) => gives.map((fact): [string, string] => [fact, name]));

    expect([['target', 'start'], ['calls', 'run'], ...given].sort()).toEqual([...documentedFacts()].sort());
  });

  it('are given by some step when a step may use them', () => {
    const given = new Set(declared.flatMap(({ gives }) => gives));

    expect(declared.flatMap(({ uses }) => uses).filter((fact) => !given.has(fact))).toEqual([]);
  });

  it.each(stepStates())('that $state needs are there on every way to it', ({ state, step }) => {
    const there = certainFacts().get(state) ?? new Set();

    expect(declaredStep(step).needs.filter((fact) => !there.has(fact))).toEqual([]);
  });
});

describe('states', () => {
  const deciding = ['decide', 'reconciler', 'explain']
    .map((name) => read(`backend/src/reconcile/${name}.ts`))
    .join('\n');

  it.each([...WATCH_STATES])(
    'of the reconciler: %s is come to somewhere, and explained in words of its own',
    (state) => {
      const others = WATCH_STATES.filter((other) => other !== state).map(sentenceOf);

      expect(deciding).toMatch(new RegExp(`(state: |return |\\? |: |=== )'${state}'`));
      expect(sentenceOf(state)).toMatch(/^[A-Z].{20,}\.$/);
      expect(others).not.toContain(sentenceOf(state));
    },
  );

  it('of the reconciler are those that the API describes, and their sentence is what the page shows', () => {
    expect(read('backend/src/api/answers/connections.ts')).toContain('z.enum(WATCH_STATES)');
    expect(read('frontend/src/connections/schedule-panel.tsx')).toMatch(/\bsentence\b/);
  });

  it.each(machineStates())('of the machine: %s is explained', (at) => {
    const { context } = initialState();
    const state = { at, context: { ...context, resumeAt: LATER, note: 'It waits for somebody' } };

    expect(explanationOf('renewing', { id: 'r1', state }).sentence).toMatch(/^Renewal r1 .{10,}\.$/);
  });
});

const LATER = '2026-11-23T03:12:00.000Z';

function sentenceOf(state: WatchState): string {
  return explanationOf(state, null).sentence;
}

function explanationOf(state: WatchState, renewal: RenewalInHand | null): Explanation {
  const now = new Date('2026-11-22T12:00:00.000Z');
  const decision = { state, at: now.toISOString(), until: LATER, why: 'Expires in 20 days' };
  const incomplete = state === 'incomplete' ? [{ part: 'issuer' as const, sentence: 'Choose a CA.' }] : [];
  const policy = { automatic: true, daysBefore: null, emergency: { daysLeft: 5, mode: 'automatic' } };
  // Nothing else of a policy is explained.
  const connection = { id: 1, incomplete, policy: policy as unknown as Connection['policy'] };
  return explain({ memory: { ...emptyMemory(now), decision }, nextAt: LATER }, connection, renewal, now);
}

describe('errors', () => {
  it('are the sections of docs/errors.md', () => {
    const sections = [...read('docs/errors.md').matchAll(/^## (\S+)$/gm)].map(([, code]) => code);

    expect(sections).toEqual(Object.keys(ERRORS));
  });

  it('are all used somewhere', () => {
    const sources = filesBelow('backend/src', '.ts').filter(
      (path) => !path.endsWith('.test.ts') && path !== 'backend/src/domain/errors.ts',
    );
    const text = sources.map(read).join('\n');

    expect(Object.keys(ERRORS).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});

describe('documentation', () => {
  const pages = generatedPages(ROOT);

  it.each([...pages])('%s is up to date: npm run generate', (path, text) => {
    expect(existsSync(join(ROOT, path)) ? read(path) : null).toBe(text);
  });

  it('has no generated page whose source is gone', () => {
    const generated = filesBelow('docs', '.md').filter((path) => read(path).startsWith(GENERATED));

    expect(generated).toEqual([...pages.keys()].sort());
  });

  it('has a row for every fault in lab/README.md, and no other', () => {
    const [, table = ''] = read('lab/README.md').split('\n## Faults\n');
    const rows = [...table.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name]) => name);

    expect(rows.sort()).toEqual(Object.keys(FAULTS).sort());
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'accounts/README.md', 'lab', 'docs'])(
    'leads nowhere wrong from %s',
    (path) => {
      const files = path.endsWith('.md') ? [path] : filesBelow(path, '.md');

      expect(files.flatMap(brokenLinks)).toEqual([]);
    },
  );
});

/** Fact and step, as the comments of the interface say: `/** publish: … *\/ readonly records: …`. */
function documentedFacts(): readonly (readonly [string, string])[] {
  const [, body = ''] = /^export interface Facts \{\n([\s\S]*?)^\}/m.exec(read('backend/src/renewal/facts.ts')) ?? [];
  return [...body.matchAll(/\/\*\* (\w+)(?: or (\w+))?\b[^*]*\*\/\s+readonly (\w+):/g)].flatMap(
    ([, step = '', orStep, fact = '']) => [step, ...(orStep ? [orStep] : [])].map((one) => [fact, one] as const),
  );
}

/**
 * For each state that runs a step, the facts that are there on every way that leads to it. A step that is done has given
 * its facts; one that failed or was cancelled may have given none.
 */
function certainFacts(): ReadonlyMap<string, ReadonlySet<FactName>> {
  const certain = new Map<string, ReadonlySet<FactName>>();
  const arrivals: Arrival[] = [{ state: initialState(), facts: new Set<FactName>(['target']) }];
  for (let arrival = arrivals.pop(); arrival; arrival = arrivals.pop()) {
    const { state, facts } = arrival;
    const effect = effectOf(state);
    if (effect.kind !== 'step') continue;
    const known = certain.get(effect.state);
    const common = known ? new Set([...known].filter((fact) => facts.has(fact))) : facts;
    if (known && common.size === known.size) continue;
    certain.set(effect.state, common);
    arrivals.push(...departures(state, effect.step, common));
  }
  return certain;
}

interface Arrival {
  readonly state: MachineState;
  readonly facts: ReadonlySet<FactName>;
}

function departures(state: MachineState, step: StepName, facts: ReadonlySet<FactName>): readonly Arrival[] {
  const failure = { code: 'INTERNAL', message: '' } as const;
  const ways = [
    { event: { type: 'DONE' }, facts: new Set([...facts, ...declaredStep(step).gives]) },
    { event: { type: 'REUSE' }, facts: new Set([...facts, ...declaredStep(step).gives]) },
    { event: { type: 'FAIL', step, failure, retryAt: null }, facts },
    { event: { type: 'CANCEL' }, facts },
  ] as const;
  return ways.flatMap(({ event, facts }) => {
    const next = nextState(state, event);
    return next ? [{ state: next, facts }] : [];
  });
}

function declaredStep(name: StepName): StepDeclaration {
  return steps[name];
}

function brokenLinks(path: string): readonly string[] {
  const links = [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, target = '']) => target);
  return links.filter((link) => !existsSync(join(ROOT, dirname(path), link))).map((link) => `${path}: ${link}`);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
