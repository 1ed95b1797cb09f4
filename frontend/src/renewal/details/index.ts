import type { ComponentType } from 'react';
import type { RenewalView, StepName } from '../../api/types.ts';
import { Activation } from './activation.tsx';
import { Chain } from './chain.tsx';
import { Endpoints } from './endpoints.tsx';
import { Inspected } from './inspected.tsx';
import { Installed } from './installed.tsx';
import { Order } from './order.tsx';
import { Propagation } from './propagation.tsx';
import { Records } from './records.tsx';
import { Request } from './request.tsx';

/** What each step has learnt, shown from the facts. */
export const DETAILS: Readonly<Record<StepName, ComponentType<{ readonly view: RenewalView }>>> = {
  inspect: Inspected,
  reuse: Chain,
  request: Request,
  order: Order,
  publish: Records,
  propagate: Propagation,
  issue: Chain,
  cleanUp: Records,
  install: Installed,
  activate: Activation,
  verify: Endpoints,
  rollBack: Endpoints,
  assess: Endpoints,
};
