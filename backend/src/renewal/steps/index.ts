import type { StepName } from '../step-names.ts';
import { activate } from './activate.ts';
import { assess } from './assess.ts';
import { cleanUp } from './clean-up.ts';
import { inspect } from './inspect.ts';
import { install } from './install.ts';
import { issue } from './issue.ts';
import { order } from './order.ts';
import { propagate } from './propagate.ts';
import { publish } from './publish.ts';
import { request } from './request.ts';
import { reuse } from './reuse.ts';
import { rollBack } from './roll-back.ts';
import { verify } from './verify.ts';

/** Every step by its name; the machine says in which order they run. */
export const steps = {
  inspect,
  reuse,
  request,
  order,
  publish,
  propagate,
  issue,
  cleanUp,
  install,
  activate,
  verify,
  rollBack,
  assess,
} as const satisfies { readonly [Name in StepName]: { readonly name: Name } };
