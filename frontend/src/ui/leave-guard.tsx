import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { type AroundNavHandler, Router } from 'wouter';

/** What is lost when the page is left; null: nothing. */
interface Guarded {
  current: { readonly discard: () => void } | null;
}

const GuardContext = createContext<Guarded>({ current: null });

/** Asks before a page is left on which something was typed, by whatever link. */
export function LeaveGuard({ children }: { readonly children: ReactNode }) {
  const guarded = useRef<{ readonly discard: () => void }>(null);
  const [held, setHeld] = useState<(() => void) | null>(null);
  const aroundNav: AroundNavHandler = useCallback((navigate, to, options) => {
    const isLeaving = new URL(to, location.href).pathname !== location.pathname;
    if (guarded.current && isLeaving) setHeld(() => () => navigate(to, options));
    else navigate(to, options);
  }, []);
  const leave = () => {
    guarded.current?.discard();
    guarded.current = null;
    setHeld(null);
    held?.();
  };
  return (
    <GuardContext value={guarded}>
      <Router aroundNav={aroundNav}>{children}</Router>
      <Modal opened={held !== null} onClose={() => setHeld(null)} title="Leave without saving?" centered>
        <Stack gap="sm">
          <Text>What you have typed here is not saved, and is lost.</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setHeld(null)}>
              Stay here
            </Button>
            <Button color="red.9" onClick={leave}>
              Leave it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </GuardContext>
  );
}

/**
 * While `isTyped`, leaving the page is asked about first, also by the browser when the tab is closed; `discard` follows a yes.
 * Returns what says that it was saved: leaving is then free.
 */
export function useLeaveGuard(isTyped: boolean, discard: () => void): () => void {
  const guarded = useContext(GuardContext);
  useEffect(() => {
    if (!isTyped) return;
    const guard = { discard };
    const ask = (event: BeforeUnloadEvent) => guarded.current === guard && event.preventDefault();
    guarded.current = guard;
    window.addEventListener('beforeunload', ask);
    return () => {
      window.removeEventListener('beforeunload', ask);
      if (guarded.current === guard) guarded.current = null;
    };
  });
  return () => {
    discard();
    guarded.current = null;
  };
}
