/** When a session with a teacher can begin: luxon where a time zone matters, milliseconds elsewhere. */

import { DateTime } from 'luxon';

/**
 * @param {object} calendar
 * @param {any} calendar.availability a row of it
 * @param {{weekday: number, fromMinute: number, toMinute: number}[]} calendar.rules
 * @param {Map<string, [number, number][]>} calendar.exceptions hours instead of the weekday's, by date
 * @param {{startsAt: number, endsAt: number}[]} calendar.taught the teacher's sessions
 * @param {{from: number, to: number, now: number, minutes: number}} question
 * @returns when each begins
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
  const busy = taught.map(({ startsAt, endsAt }) => ({ from: startsAt - apart, to: endsAt + apart }));
  const length = minutes * 60_000;
  const step = availability.slotStepMinutes * 60_000;
  /** @type {number[]} */
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
      const at = (/** @type {number} */ minute) =>
        date.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
      const end = at(closes);
      // Clocks change what a minute is called, not how long it is: the steps need no zone.
      for (let start = at(opens); start + length <= end; start += step) {
        if (start < earliest || start >= to || start > latest) continue;
        if (!busy.some((other) => start < other.to && start + length > other.from)) found.push(start);
      }
    }
  }
  return found;
}

/** @param {number} startsAt @param {number} minutes @param {string} zone */
export function shownSlot(startsAt, minutes, zone) {
  const endsAt = startsAt + minutes * 60_000;
  const local = (/** @type {number} */ at) => DateTime.fromMillis(at, { zone }).toISO({ suppressMilliseconds: true });
  return {
    startsAt: new Date(startsAt),
    endsAt: new Date(endsAt),
    localStart: local(startsAt),
    localEnd: local(endsAt),
  };
}
