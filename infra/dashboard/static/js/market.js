// The underlying with walls and flip, regimes behind it, entries and exits on it.

import { axis, chart, colour, days, newYork, ratio } from "./chart.js";
import { $, h } from "./dom.js";
import { gex, level, newYorkTime, signed, when, words } from "./format.js";

const REGIMES = { POSITIVE: "positive", NEGATIVE: "negative", NEUTRAL: "neutral" };

export function showMarket(view) {
  const points = view.points.filter((one) => one.spot !== null);
  if (!points.length) {
    $("market-plot").replaceChildren(h("p.empty", `No snapshot of ${view.underlying} in this period.`));
    return;
  }
  const times = points.map((one) => Date.parse(one.at) / 1000);
  const marks = view.marks.map((one) => ({ ...one, time: Date.parse(one.at) / 1000 })).map((one) => ({ ...one, spot: spotAt(one.time, times, points) }));
  const lines = [["call wall", "call_wall", "call", [2, 3]], ["put wall", "put_wall", "put", [2, 3]], ["flip", "flip_point", "flip", [6, 4]]];
  chart($("market-plot"), {
    label: `${view.underlying} with call wall, put wall, flip, regimes, entries and exits`, height: 360,
    columns: [
      ["Time", (one) => when(one.at), "t"], [view.underlying, (one) => level(one.spot), "n"], ["VIX", (one) => level(one.vix), "n"],
      ["Net GEX", (one) => gex(one.net_gex), "n"], ["Call wall", (one) => level(one.call_wall), "n"], ["Put wall", (one) => level(one.put_wall), "n"],
      ["Flip", (one) => level(one.flip_point), "n"], ["Regime", (one) => words(one.regime)], ["Action", (one) => words(one.action)],
    ],
    rows: () => [...points].reverse(),
    read: (index) => readout(points[index], times[index], view.underlying, marks, times[1] - times[0]),
    make: () => ({
      data: [times, points.map((one) => one.spot), ...lines.map(([, field]) => points.map((one) => one[field]))],
      options: {
        tzDate: newYork,
        axes: [days(), axis({ size: 56, values: (_, ticks) => ticks.map(level) })],
        scales: { y: { range: (_, low, high) => [low - 0.03 * (high - low), high + 0.03 * (high - low)] } },
        series: [
          {}, { stroke: colour("ink"), width: 2, points: { show: false } },
          ...lines.map(([, , tint, dash]) => ({ stroke: colour(tint), width: 1.5, dash, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) })),
        ],
        hooks: { drawClear: [(u) => regimes(u, times, points)], draw: [(u) => drawMarks(u, marks)] },
      },
    }),
  });
  $("market-plot").querySelector(".canvas").before(legend(lines));
}

function spotAt(time, times, points) {
  const after = times.findIndex((one) => one >= time);
  return points[after < 0 ? points.length - 1 : after].spot;
}

function readout(point, time, underlying, marks, spacing) {
  const near = marks.filter((one) => Math.abs(one.time - time) <= Math.max(spacing / 2, 1800));
  return [
    ["", newYorkTime(time)], [underlying, level(point.spot), colour("ink")], ["VIX", level(point.vix)],
    ["call wall", level(point.call_wall), colour("call")], ["put wall", level(point.put_wall), colour("put")],
    ["flip", level(point.flip_point), colour("flip")], ["net GEX", gex(point.net_gex)], ["regime", words(point.regime)],
    ...near.map((one) => [one.bot, one.kind === "entry" ? `entered ${one.contracts} ${words(one.strategy)}`
      : `left ${words(one.strategy)}: ${words(one.exit_reason)}, ${signed(one.pnl)}`]),
  ];
}

function regimes(u, times, points) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (let from = 0; from < points.length;) {
    let to = from + 1;
    while (to < points.length && points[to].regime === points[from].regime) to += 1;
    const left = u.valToPos(times[from], "x", true);
    const right = to < times.length ? u.valToPos(times[to], "x", true) : bbox.left + bbox.width;
    ctx.fillStyle = colour(REGIMES[points[from].regime] ?? "unknown");
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    from = to;
  }
  ctx.restore();
}

function drawMarks(u, marks) {
  const { ctx } = u, px = ratio();
  for (const mark of marks) {
    const left = u.valToPos(mark.time, "x", true), top = u.valToPos(mark.spot, "y", true);
    ctx.save();
    ctx.setLineDash([]);
    ctx.lineWidth = 1.5 * px;
    ctx.strokeStyle = colour("card");
    ctx.fillStyle = mark.kind === "entry" ? colour(mark.bot.toLowerCase()) : colour(Number(mark.pnl) > 0 ? "profit" : "loss");
    ctx.beginPath();
    if (mark.kind === "entry") triangle(ctx, left, top + 12 * px, 6 * px);
    else ctx.rect(left - 4.5 * px, top - 16 * px, 9 * px, 9 * px);
    ctx.fill();
    ctx.stroke();
    ctx.restore();
  }
}

function triangle(ctx, left, top, size) {
  ctx.moveTo(left, top - size);
  ctx.lineTo(left + size, top + size);
  ctx.lineTo(left - size, top + size);
  ctx.closePath();
}

function legend(lines) {
  const key = (kind, text) => h("li", h(`i.key.${kind}`), text);
  return h("ul.legend", key("line-ink", "price"), ...lines.map(([name, , tint]) => key(`line-${tint}`, name)),
    key("bg-positive", "positive gamma"), key("bg-neutral", "neutral"), key("bg-negative", "negative gamma"),
    key("entry", "entry, in its bot's colour"), key("exit-profit", "exit with profit"), key("exit-loss", "with loss"));
}
