/** Until: when a shelf ends: some minutes from now, or the next time that a clock in Amsterdam shows an hour and minute. */
const DAY_MIN = 1_440;
const clock = new Intl.DateTimeFormat("nl-NL", { timeZone: "Europe/Amsterdam", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function minuteOf(text: string): number | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 60 + Number(parts[2]);
}

/** Return the moment (RFC 3339) some minutes after another (ms). */
export function inMinutes(now: number, minutes: number): string {
  return new Date(now + minutes * 60_000).toISOString();
}

/** Return the next moment that is a time such as `04:30` in Amsterdam; null where it is none. A change of the clock is followed. */
export function nextAt(now: number, text: string): string | null {
  const wanted = minuteOf(text);
  if (wanted === null) return null;
  const whole = Math.floor(now / 60_000) * 60_000;
  const shown = (at: number): number => minuteOf(clock.format(at)) ?? 0;
  let ahead = (wanted - shown(whole) + DAY_MIN) % DAY_MIN || DAY_MIN;
  const off = (wanted - shown(whole + ahead * 60_000) + DAY_MIN * 1.5) % DAY_MIN - DAY_MIN / 2;
  ahead += Math.abs(off) <= 60 ? off : 0;
  return new Date(whole + (ahead > 0 ? ahead : DAY_MIN) * 60_000).toISOString();
}
