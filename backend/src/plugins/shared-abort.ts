import { setMaxListeners } from 'node:events';

/**
 * For a signal that much of the daemon shares. A whole cluster may be asked at once, each question with a listener of its
 * own, which it removes; at the eleventh Node would warn of a leak.
 * https://nodejs.org/api/events.html#eventssetmaxlistenersn-eventtargets
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
