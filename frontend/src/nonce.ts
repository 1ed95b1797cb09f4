/** The nonce that the daemon put into this page: style elements made at run time need it (see backend/src/api/frontend.ts). */
export function nonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? '';
}

/** For `get-nonce`, which the scroll lock of dialogs asks: it reads this global as webpack would set it. */
export function shareNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: nonce() });
}
