// What all charts share: theme, size, a readout by mouse and by keyboard, and the same data as a table.

import { h, table } from "./dom.js";
import { newYorkDay } from "./format.js";

const drawn = new Map();
let redraw = 0;

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
export const ratio = () => window.devicePixelRatio || 1;

/**
 * Draw a chart into a box.
 *
 * `make()` returns uPlot's options and data anew for each theme; `read(index)` returns the readout of a point as
 * [[label, text, colour], …]; `columns` and `rows` are the same data as a table, left out where another chart has it; `rest` is the point
 * that is read while nobody points at one, by default the last.
 */
export function chart(box, { label, make, read, columns, rows, height = 260, rest = null }) {
  drawn.get(box)?.end();
  const readout = h("p.readout", { "aria-live": "polite" });
  const canvas = h("div.canvas", { tabindex: "0", role: "group", "aria-roledescription": "chart",
    "aria-label": `${label}. Arrow keys read the values.` });
  const details = h("details.data", h("summary", "As a table"));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(table(label, columns, rows()));
  });
  box.replaceChildren(readout, canvas, ...(columns ? [details] : []));
  const state = { plot: null };
  const show = (index) => readout.replaceChildren(...read(index).map(([name, text, tint]) =>
    h("span", tint ? swatch(tint) : null, `${name} `, h("b", text))));
  const build = () => {
    state.plot?.destroy();
    const { options, data } = make();
    const start = rest ?? data[0].length - 1;
    state.plot = new uPlot({
      width: Math.max(canvas.clientWidth, 200), height, legend: { show: false }, padding: [10, 12, 0, 0], ...options,
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false }, ...options.cursor },
      hooks: { ...options.hooks, setCursor: [(u) => show(u.cursor.idx ?? start)] },
    }, data, canvas);
    show(start);
  };
  canvas.addEventListener("keydown", (event) => keyboard(event, state.plot, rest));
  const sized = new ResizeObserver(() => {
    if (state.plot && canvas.clientWidth && Math.abs(canvas.clientWidth - state.plot.width) > 1) {
      state.plot.setSize({ width: canvas.clientWidth, height });
    }
  });
  build();
  sized.observe(canvas);
  drawn.set(box, { build, end: () => { sized.disconnect(); state.plot?.destroy(); } });
}

export function endCharts(boxes) {
  for (const box of boxes) { drawn.get(box)?.end(); drawn.delete(box); }
}

/** Draw all charts in the colours of the theme that now holds. */
export function repaint() {
  cancelAnimationFrame(redraw);
  redraw = requestAnimationFrame(() => drawn.forEach((one) => one.build()));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

function swatch(tint) {
  const mark = h("i.swatch");
  mark.style.background = tint;
  return mark;
}

function keyboard(event, plot, rest) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const last = plot.data[0].length - 1;
  const from = plot.cursor.idx ?? rest ?? last;
  const index = Math.min(last, Math.max(0, from + steps[event.key]));
  plot.setCursor({ left: plot.valToPos(plot.data[0][index], "x"), top: plot.over.clientHeight / 2 });
}

/** The place of the value nearest to a wanted one. */
export function nearest(values, wanted) {
  return values.reduce((best, one, index) => (Math.abs(one - wanted) < Math.abs(values[best] - wanted) ? index : best), 0);
}

/** An axis in the theme's colours. */
export function axis(more = {}) {
  return { stroke: colour("soft"), font: "12px system-ui, sans-serif", grid: { stroke: colour("rule"), width: 1 },
    ticks: { stroke: colour("rule"), width: 1, size: 4 }, ...more };
}

const DAYS = [1, 2, 7, 14, 28, 56, 91, 182, 365].map((one) => one * 86_400);

/** A time axis of whole days, in the words of the rest of the page; a year stands where it begins. */
export const days = () => axis({ incrs: DAYS, space: 62, values: (_, ticks) => ticks.map((one, index) => {
  const [day, month, year] = newYorkDay(one).split(" ");
  return index === 0 || newYorkDay(ticks[index - 1]).split(" ")[2] !== year ? `${day} ${month}\n${year}` : `${day} ${month}`;
}) });

export const newYork = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "America/New_York");

/** A vertical or horizontal line with its name, in canvas pixels of a draw hook. */
export function rule(u, { x = null, y = null, tint, text, dash = [4, 4], at = "start", row = 0 }) {
  const { ctx, bbox } = u, px = ratio();
  const place = Math.round(x !== null ? u.valToPos(x, "x", true) : u.valToPos(y, "y", true));
  const inside = x !== null ? place >= bbox.left && place <= bbox.left + bbox.width : place >= bbox.top && place <= bbox.top + bbox.height;
  if (!inside) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = tint;
  ctx.lineWidth = 1.5 * px;
  ctx.setLineDash(dash.map((one) => one * px));
  ctx.beginPath();
  if (x !== null) { ctx.moveTo(place, bbox.top); ctx.lineTo(place, bbox.top + bbox.height); }
  else { ctx.moveTo(bbox.left, place); ctx.lineTo(bbox.left + bbox.width, place); }
  ctx.stroke();
  ctx.font = `600 ${11 * px}px system-ui, sans-serif`;
  ctx.textBaseline = x !== null ? "top" : "bottom";
  const width = ctx.measureText(text).width;
  if (x !== null) {
    const right = place + 4 * px + width < bbox.left + bbox.width;
    const top = at === "end" ? bbox.top + bbox.height - 16 * px : bbox.top + (2 + 15 * row) * px;
    label(ctx, text, right ? place + 4 * px : place - 4 * px - width, top, px);
  } else {
    label(ctx, text, at === "start" ? bbox.left + 6 * px : bbox.left + bbox.width - width - 6 * px, place - 2 * px, px);
  }
  ctx.restore();
}

/** Text with a halo of the card's colour, readable over anything. */
export function label(ctx, text, left, top, px) {
  const tint = ctx.fillStyle;
  ctx.textAlign = "left";
  ctx.setLineDash([]);
  ctx.lineJoin = "round";
  ctx.lineWidth = 3 * px;
  ctx.strokeStyle = colour("card");
  ctx.strokeText(text, left, top);
  ctx.fillStyle = tint;
  ctx.fillText(text, left, top);
}
