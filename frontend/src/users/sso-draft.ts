import type { Scope, SsoView } from '../api/access-types.ts';

/** Settings of single sign-on as they are typed. */
export interface SsoDraft {
  readonly issuer: string;
  readonly clientId: string;
  readonly title: string;
  readonly scopes: string;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly admin: string;
  readonly operator: string;
  readonly viewer: string;
  readonly otherwise: string | null;
  readonly createUsers: boolean;
  readonly scopeOfNew: Scope;
  readonly caBundle: string;
}

export function draftOf(settings: SsoView['settings']): SsoDraft {
  return {
    issuer: settings?.issuer ?? '',
    clientId: settings?.clientId ?? '',
    title: settings?.title ?? '',
    scopes: settings?.scopes ?? '',
    nameClaim: settings?.nameClaim ?? '',
    groupsClaim: settings?.groupsClaim ?? '',
    admin: settings?.roles.admin.join(', ') ?? '',
    operator: settings?.roles.operator.join(', ') ?? '',
    viewer: settings?.roles.viewer.join(', ') ?? '',
    otherwise: settings?.otherwise ?? null,
    createUsers: settings?.createUsers ?? false,
    scopeOfNew: settings?.scopeOfNew ?? 'all',
    caBundle: settings?.caBundle ?? '',
  };
}

/** What is left empty is left out, so that the daemon's own default counts. */
export function settingsOf(draft: SsoDraft): Readonly<Record<string, unknown>> {
  const { admin, operator, viewer, caBundle, otherwise, createUsers, scopeOfNew, ...texts } = draft;
  const given = Object.entries(texts).filter(([, text]) => text.trim() !== '');
  return {
    ...Object.fromEntries(given),
    roles: { admin: listed(admin), operator: listed(operator), viewer: listed(viewer) },
    otherwise,
    createUsers,
    scopeOfNew,
    ...(caBundle.trim() === '' ? {} : { trust: 'bundle', caBundle }),
  };
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
