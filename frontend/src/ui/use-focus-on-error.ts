import { type RefObject, useEffect } from 'react';

const INVALID = '[aria-invalid="true"], [data-invalid]';

/** Leads to the first field that an error is about, out of whatever it is folded into. An error that is about no field moves nothing. */
export function useFocusOnError(form: RefObject<HTMLElement | null>, error: Error | null): void {
  useEffect(() => {
    if (error === null) return;
    // The form generator draws what is wrong in a second pass.
    const frame = requestAnimationFrame(() => form.current && focusFirstInvalid(form.current));
    return () => cancelAnimationFrame(frame);
  }, [form, error]);
}

function focusFirstInvalid(form: HTMLElement): void {
  const field = form.querySelector<HTMLElement>(INVALID);
  if (!field) return;
  for (let fold = field.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) {
    fold.open = true;
  }
  field.focus({ preventScroll: true });
  // In the middle: a label and its help stand above, and the header covers the top.
  field.scrollIntoView({ block: 'center' });
}
