import type { UseQueryResult } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { textOf } from '../testing/rendered.tsx';
import { Loaded } from './loading.tsx';

const REFUSED = new ApiError({
  type: '',
  title: 'The appliance does not answer',
  status: 502,
  detail: 'cucm-pub: connection refused',
  code: 'APPLIANCE_UNREACHABLE',
  action: 'Look at it.',
});

/** As far as it is looked at. */
function query(state: { readonly data?: string; readonly error?: Error }): UseQueryResult<string> {
  return { error: null, dataUpdatedAt: Date.now() - 3 * 60_000, ...state } as UseQueryResult<string>;
}

describe('what was loaded', () => {
  it('says when it could not be brought up to date, and how old it is', () => {
    const text = textOf(<Loaded query={query({ data: 'fine', error: REFUSED })}>{(data) => <p>{data}</p>}</Loaded>);

    expect(text).toContain('cucm-pub: connection refused');
    expect(text).toContain('What follows was answered 3 minutes ago . fine');
  });

  it('stands alone when it is new', () => {
    expect(textOf(<Loaded query={query({ data: 'fine' })}>{(data) => <p>{data}</p>}</Loaded>)).toBe('fine');
  });
});
