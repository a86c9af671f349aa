/** "14:32" today, "20 Nov, 14:32" on another day: as the person's own system writes it. */
export function momentOf(at: string, now: Date, locale?: string): string {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  if (moment.toDateString() === now.toDateString()) return time;
  return `${moment.toLocaleDateString(locale, { day: 'numeric', month: 'short' })}, ${time}`;
}
