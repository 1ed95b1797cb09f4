import { Router } from 'express';
import type { App } from '../app.ts';
import type { StoredCalendar } from '../store/calendars.ts';
import { connectionsUsing, existingCalendar, type Tried } from '../windows/calendars.ts';
import { forecast } from '../windows/forecast.ts';
import * as contract from './contract/calendars.ts';
import { id as idParameter } from './contract.ts';
import { whenGone } from './gone.ts';
import { needs } from './guard.ts';

/** When renewals may begin and services may be restarted. */
export function calendarsRouter({ store, calendars, clock }: App): Router {
  const router = Router();
  const view = async (calendar: StoredCalendar): Promise<contract.CalendarView> => {
    const { copy, ...rest } = calendar;
    return { ...rest, ...forecastView(calendar), usedBy: await connectionsUsing(store, calendar.id) };
  };
  const forecastView = (rules: Tried): contract.ForecastView => ({ ...forecast(rules, clock), feed: feedOf(rules) });

  router.get('/', needs('viewer'), async (_req, res) => {
    const all = await store.calendars.all();
    res.json(await Promise.all(all.map(view)));
  });

  router.post('/', needs('admin'), async (req, res) => {
    const gone = whenGone(res);
    const calendar = await calendars.add(contract.newCalendar.parse(req.body), gone);
    res
      .status(201)
      .location(`/api/v1/calendars/${calendar.id}`)
      .json(await view(calendar));
  });

  router.post('/preview', needs('viewer'), async (req, res) => {
    const { id, ...rules } = contract.calendarPreview.parse(req.body);
    const gone = whenGone(res);
    res.json(forecastView(await calendars.try(rules, id, gone)));
  });

  router.get('/:id', needs('viewer'), async (req, res) => {
    res.json(await view(await existingCalendar(store, idParameter.parse(req.params.id))));
  });

  router.put('/:id', needs('admin'), async (req, res) => {
    const { version, ...input } = contract.changedCalendar.parse(req.body);
    const gone = whenGone(res);
    res.json(await view(await calendars.change(idParameter.parse(req.params.id), version, input, gone)));
  });

  router.delete('/:id', needs('admin'), async (req, res) => {
    await calendars.remove(idParameter.parse(req.params.id));
    res.status(204).end();
  });

  return router;
}

function feedOf({ copy }: Tried): contract.FeedView | null {
  if (!copy) return null;
  const { readAt, triedAt, trouble } = copy;
  return { readAt, triedAt, trouble };
}
