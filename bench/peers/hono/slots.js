/** When a session with a teacher can begin, reckoned with luxon. */

import { DateTime, Interval } from 'luxon';

/**
 * @param {object} calendar
 * @param {any} calendar.availability a row of it
 * @param {{weekday: number, fromMinute: number, toMinute: number}[]} calendar.rules
 * @param {Map<string, [number, number][]>} calendar.exceptions hours instead of the weekday's, by date
 * @param {{startsAt: number, endsAt: number}[]} calendar.taught the teacher's sessions
 * @param {{from: number, to: number, now: number, minutes: number}} question
 */
export function slotsOf({ availability, rules, exceptions, taught }, { from, to, now, minutes }) {
  const zone = availability.timezone;
  const earliest = Math.max(from, now + availability.minimumNoticeMinutes * 60_000);
  const latest = Math.min(to, now + availability.horizonDays * 86_400_000);
  const apart = (availability.bufferBeforeMinutes + availability.bufferAfterMinutes) * 60_000;
  /** @type {Map<string, number>} */
  const perDay = new Map();
  for (const { startsAt } of taught) {
    const date = DateTime.fromMillis(startsAt, { zone }).toISODate() ?? '';
    perDay.set(date, (perDay.get(date) ?? 0) + 1);
  }
  const busy = taught.map(({ startsAt, endsAt }) =>
    Interval.fromDateTimes(DateTime.fromMillis(startsAt - apart), DateTime.fromMillis(endsAt + apart)),
  );
  const found = [];
  const last = DateTime.fromMillis(latest, { zone });
  for (let date = DateTime.fromMillis(from, { zone }).startOf('day'); date <= last; date = date.plus({ days: 1 })) {
    const name = date.toISODate() ?? '';
    if (availability.dailyLimit !== null && (perDay.get(name) ?? 0) >= availability.dailyLimit) continue;
    const hours =
      exceptions.get(name) ??
      rules
        .filter(({ weekday }) => weekday === date.weekday)
        .map(({ fromMinute, toMinute }) => /** @type {const} */ ([fromMinute, toMinute]));
    for (const [opens, closes] of hours) {
      const end = date.set({ hour: Math.floor(closes / 60), minute: closes % 60 });
      let at = date.set({ hour: Math.floor(opens / 60), minute: opens % 60 });
      for (; at.plus({ minutes }) <= end; at = at.plus({ minutes: availability.slotStepMinutes })) {
        const slot = Interval.after(at, { minutes });
        if (at.toMillis() < earliest || at.toMillis() >= to || at.toMillis() > latest) continue;
        if (!busy.some((other) => other.overlaps(slot))) found.push(slot);
      }
    }
  }
  return found;
}

/** @param {Interval} slot @param {string} zone */
export function shownSlot({ start, end }, zone) {
  const local = (/** @type {any} */ at) => at.setZone(zone).toISO({ suppressMilliseconds: true });
  return {
    startsAt: start?.toUTC().toISO(),
    endsAt: end?.toUTC().toISO(),
    localStart: local(start),
    localEnd: local(end),
  };
}
