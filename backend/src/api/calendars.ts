import { Router } from 'express';
import type { Authority } from '../access/authority.ts';
import type { App } from '../app.ts';
import type { StoredCalendar } from '../store/calendars.ts';
import { connectionsUsing, existingCalendar, type Tried } from '../windows/calendars.ts';
import { forecast } from '../windows/forecast.ts';
import * as contract from './contract/calendars.ts';
import { id as idParameter } from './contract.ts';
import { whenGone } from './gone.ts';
import { authorityOf, needs } from './guard.ts';

/** When renewals may begin and services may be restarted. */
export function calendarsRouter({ store, calendars, clock }: App): Router {
  const router = Router();
  const view = async (calendar: StoredCalendar, authority: Authority): Promise<contract.CalendarView> => {
    const { copy, iCalendar, ...rest } = calendar;
    const users = await connectionsUsing(store, calendar.id);
    return {
      ...rest,
      iCalendar: authority.may('admin') && !authority.limited ? iCalendar : masked(iCalendar),
      ...forecastView(calendar),
      usedBy: users.filter((connection) => authority.sees(connection)).map(({ name }) => name),
    };
  };
  const forecastView = (rules: Tried): contract.ForecastView => ({ ...forecast(rules, clock), feed: feedOf(rules) });

  router.get('/', needs('viewer'), async (_req, res) => {
    const all = await store.calendars.all();
    res.json(await Promise.all(all.map((calendar) => view(calendar, authorityOf(res)))));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const gone = whenGone(res);
    const calendar = await calendars.add(contract.newCalendar.parse(req.body), gone);
    res
      .status(201)
      .location(`/api/v1/calendars/${calendar.id}`)
      .json(await view(calendar, authorityOf(res)));
  });

  /** For administrators: the daemon asks the address, and says how it answers. */
  router.post('/preview', needs('admin'), async (req, res) => {
    const { id, ...rules } = contract.calendarPreview.parse(req.body);
    const gone = whenGone(res);
    res.json(forecastView(await calendars.try(rules, id, gone)));
  });

  router.get('/:id', needs('viewer'), async (req, res) => {
    res.json(await view(await existingCalendar(store, idParameter.parse(req.params.id)), authorityOf(res)));
  });

  router.put('/:id', needs('admin'), async (req, res) => {
    const { version, ...input } = contract.changedCalendar.parse(req.body);
    const gone = whenGone(res);
    const changed = await calendars.change(idParameter.parse(req.params.id), version, input, gone);
    res.json(await view(changed, authorityOf(res)));
  });

  router.delete('/:id', needs('admin'), async (req, res) => {
    await calendars.remove(idParameter.parse(req.params.id));
    res.status(204).end();
  });

  return router;
}

/** The address without what may be a secret of its owner. */
function masked(source: StoredCalendar['iCalendar']): StoredCalendar['iCalendar'] {
  return source?.kind === 'url' ? { ...source, url: `${new URL(source.url).origin}/***` } : source;
}

function feedOf({ copy }: Tried): contract.FeedView | null {
  if (!copy) return null;
  const { readAt, triedAt, trouble } = copy;
  return { readAt, triedAt, trouble };
}
