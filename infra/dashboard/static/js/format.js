// Numbers and times in words.

const NEW_YORK = "America/New_York";
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const stamp = (timeZone, options) => new Intl.DateTimeFormat("en-GB", { timeZone, hour12: false, ...options });
const DAY = { day: "numeric", month: "short", year: "numeric" };
const HOUR = { hour: "2-digit", minute: "2-digit" };
const here = { day: stamp(zone, DAY), hour: stamp(zone, HOUR) };
const there = { day: stamp(NEW_YORK, DAY), hour: stamp(NEW_YORK, HOUR) };

export const money = (value) => (value === null ? "–" : dollars.format(Number(value)).replace("-", "−"));
export const exact = (value) => (value === null ? "–" : cents.format(Number(value)).replace("-", "−"));
export const signed = (value) => (value === null ? "–" : (Number(value) > 0 ? "+" : "") + money(value));
export const price = (value, places = 2) => (value === null || value === undefined ? "–" : Number(value).toFixed(places));
export const percent = (value, places = 0) => (value === null ? "–" : `${(100 * Number(value)).toFixed(places)} %`.replace("-", "−"));
export const level = (value) => (value === null || value === undefined ? "–" : Number(value).toLocaleString("en-US", { maximumFractionDigits: 2 }));
export const words = (code) => (code ? code.replaceAll("_", " ").toLowerCase() : "–");
export const capital = (code) => { const text = words(code); return text[0].toUpperCase() + text.slice(1); };
/** A sentence with its codes in words. */
export const sentence = (text) => text.replace(/[A-Z]+(_[A-Z]+)+/g, words);
export const gex = (value) => {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value), sign = value < 0 ? "−" : value > 0 ? "+" : "";
  return size >= 1e9 ? `${sign}$${(size / 1e9).toFixed(2)} bn` : `${sign}$${(size / 1e6).toFixed(0)} M`;
};

/** A moment in the user's zone, New York beside it where that differs. */
export function when(text) {
  if (!text) return "–";
  const at = new Date(text);
  const own = `${here.day.format(at)} ${here.hour.format(at)}`;
  return there.hour.format(at) === here.hour.format(at) ? own : `${own} (${there.hour.format(at)} NY)`;
}

/** A moment, or from one to another of the same day. */
export function span(from, to) {
  if (!to || to === from) return when(from);
  const [start, end] = [new Date(from), new Date(to)];
  if (there.day.format(start) !== there.day.format(end)) return `${when(from)} to ${when(to)}`;
  const own = `${here.day.format(start)} ${here.hour.format(start)}–${here.hour.format(end)}`;
  return there.hour.format(start) === here.hour.format(start) ? own : `${own} (${there.hour.format(start)}–${there.hour.format(end)} NY)`;
}

export const newYorkDay = (seconds) => there.day.format(new Date(seconds * 1000));
export const newYorkTime = (seconds) => `${newYorkDay(seconds)} ${there.hour.format(new Date(seconds * 1000))} NY`;

export function ago(seconds) {
  if (seconds === null || seconds === undefined) return "never";
  if (seconds < 90) return `${Math.max(seconds, 0)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}
