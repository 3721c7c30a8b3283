// Open positions as payoff diagrams with the present mark, target and stop.

import { axis, chart, colour, endCharts, nearest, ratio, rule } from "./chart.js";
import { $, amount, h } from "./dom.js";
import { exact, level, money, percent, price, signed, when, words } from "./format.js";

let boxes = [];

export function showPositions(view) {
  endCharts(boxes);
  boxes = [];
  const empty = h("p.empty", "Nothing is open. The decisions below say why nothing was entered.");
  const aside = view.set_aside.map((one) => h("p.failure", `An item could not be read: ${one}`));
  $("positions-body").replaceChildren(...aside, ...(view.positions.length ? view.positions.map(card) : [empty]));
  view.positions.forEach((one, index) => one.payoff && payoff(one, boxes[index]));
}

function card(one) {
  const box = h("div.plot");
  boxes.push(box);
  const row = (name, value) => h("div", h("dt", name), h("dd", value));
  const title = `${one.contracts} × ${words(one.strategy)} on ${one.underlying}`;
  return h("article.position", { "aria-label": `${one.bot}: ${title}` },
    h("h3", h(`span.bot.${one.bot.toLowerCase()}`, one.bot), ` ${title} `, h("span.chip", words(one.state)), one.mode === "paper" ? "" : h("span.chip.live", one.mode)),
    h("p.legs", one.legs.map((leg) => h(`span.leg.${leg.side}`, `${leg.side === "short" ? "−" : "+"}${level(leg.strike)} ${leg.right}`)),
      h("span", `expires ${one.expiration}, ${one.dte} days`)),
    h("p.big", amount(Number(one.pnl), signed(one.pnl)), h("small", ` ${percent(one.pnl_fraction, 1)} of the premium`)),
    one.unpriced ? h("p.failure", `No mark: ${one.unpriced}`) : ways(one),
    box,
    h("dl",
      row("Entry", `${price(one.entry_price)} ${one.effect}`), row("Mark", price(one.mark)), row("Target", `${price(one.target_mark)} (${signed(one.target_pnl)})`),
      row("Stop", `${price(one.stop_mark)} (${signed(one.stop_pnl)})`), row("Most it can lose", money(one.max_loss)), row("Opened", when(one.opened_at))));
}

function ways(one) {
  const way = (kind, share, name) => {
    const part = Math.min(Number(share), 1);
    const fill = h(`i.fill.${kind}`);
    fill.style.width = `${100 * part}%`;
    return h("div.way", h("span", name), h("div.track", { role: "meter", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(100 * part), "aria-label": name }, fill),
      h("span.n", percent(share)));
  };
  return h("div.ways", way("profit", one.to_target, "way to the target"), way("loss", one.to_stop, "way to the stop"));
}

function payoff(one, box) {
  const { spots, at_expiration: ends, now, breakevens } = one.payoff;
  chart(box, {
    label: `Payoff of ${words(one.strategy)} on ${one.underlying}; breaks even at ${breakevens.map(level).join(" and ") || "no price"}`, height: 220, rest: nearest(spots, Number(one.spot)),
    columns: [["Price", (row) => level(row[0]), "n"], ["At expiration", (row) => exact(row[1]), "n"], ["Now", (row) => exact(row[2]), "n"]],
    rows: () => spots.map((spot, index) => [spot, ends[index], now ? now[index] : null]),
    read: (index) => [[one.underlying, level(spots[index])], ["at expiration", signed(ends[index]), colour("ink")], ["now", signed(now ? now[index] : null), colour("now")]],
    make: () => ({
      data: [spots, ends, now ?? spots.map(() => null)],
      options: {
        axes: [axis({ values: (_, ticks) => ticks.map(level) }), axis({ size: 66, values: (_, ticks) => ticks.map((value) => money(value)) })],
        scales: { x: { time: false }, y: { range: (_, low, high) => range(low, high, one) } },
        series: [{}, { stroke: colour("ink"), width: 2, points: { show: false }, fill: (u) => halves(u), fillTo: 0 },
          { stroke: colour("now"), width: 2, dash: [5, 4], points: { show: false } }],
        hooks: { draw: [(u) => {
          rule(u, { y: Number(one.target_pnl), tint: colour("profit"), text: "target", at: "end" });
          rule(u, { y: Number(one.stop_pnl), tint: colour("loss"), text: "stop", at: "end" });
          rule(u, { x: Number(one.spot), tint: colour("soft"), text: `spot ${level(one.spot)}`, dash: [], at: "end" });
          if (one.pnl !== null) dot(u, Number(one.spot), Number(one.pnl));
        }] },
      },
    }),
  });
}

/** Enough for target and stop; what a long option may gain beyond four targets is cut off. */
function range(low, high, one) {
  const top = Math.min(high, Math.max(4 * Number(one.target_pnl), Number(one.pnl ?? 0) * 1.2));
  const bottom = Math.max(low, Math.min(4 * Number(one.stop_pnl), Number(one.pnl ?? 0) * 1.2));
  const [least, most] = [Math.min(bottom, Number(one.stop_pnl)), Math.max(top, Number(one.target_pnl))];
  const room = 0.1 * (most - least);
  return [least - room, most + room];
}

function halves(u) {
  const zero = u.valToPos(0, "y", true), { top, height } = u.bbox;
  const share = Math.min(1, Math.max(0, (zero - top) / height));
  const shade = u.ctx.createLinearGradient(0, top, 0, top + height);
  shade.addColorStop(0, `${colour("profit")}44`);
  shade.addColorStop(share, `${colour("profit")}22`);
  shade.addColorStop(share, `${colour("loss")}22`);
  shade.addColorStop(1, `${colour("loss")}44`);
  return shade;
}

function dot(u, spot, pnl) {
  const { ctx } = u, px = ratio();
  ctx.save();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.arc(u.valToPos(spot, "x", true), u.valToPos(pnl, "y", true), 5 * px, 0, 2 * Math.PI);
  ctx.fillStyle = colour("now");
  ctx.strokeStyle = colour("card");
  ctx.lineWidth = 2 * px;
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}
