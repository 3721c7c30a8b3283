// Gamma exposure by strike, and the regime in words.

import { axis, chart, colour, nearest, ratio, rule } from "./chart.js";
import { $, h } from "./dom.js";
import { ago, capital, gex, level, price, when, words } from "./format.js";

export function showGamma(view) {
  const strikes = view.strikes.map((one) => one.strike);
  if (strikes.length < 2) {
    $("gamma-plot").replaceChildren(h("p.empty", "No strike near the spot has open interest."));
    return;
  }
  const values = view.strikes.map((one) => one.net_gex);
  const bars = (name) => ({ stroke: colour(name), fill: colour(name), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 60] }) });
  chart($("gamma-plot"), {
    label: `${view.underlying}: net gamma exposure by strike, calls less puts, dollars per one percent move`, height: 440, rest: nearest(strikes, view.spot),
    columns: [["Strike", (one) => level(one.strike), "n"], ["Net GEX", (one) => gex(one.net_gex), "n"]], rows: () => view.strikes,
    read: (index) => [["strike", level(strikes[index])], ["net", gex(values[index]), colour(values[index] < 0 ? "put" : "call")],
      ["near expirations", gex(view.net_gex)], ["as of", when(view.as_of)]],
    make: () => ({
      data: [strikes, values.map((one) => (one > 0 ? one : null)), values.map((one) => (one <= 0 ? one : null))],
      options: {
        axes: [axis({ values: (_, ticks) => ticks.map(level) }), axis({ size: 76, values: (_, ticks) => ticks.map((one) => (one ? gex(one) : "0")) })],
        scales: { x: { time: false }, y: { range: (_, low, high) => room(low, high) } },
        series: [{}, bars("call"), bars("put")],
        hooks: { draw: [(u) => { curve(u, view); lines(u, view); }] },
      },
    }),
  });
  const key = (kind, text) => h("li", h(`i.key.${kind}`), text);
  $("gamma-plot").querySelector(".canvas").before(h("ul.legend", key("bg-call", "calls outweigh puts"), key("bg-put", "puts outweigh calls"),
    key("curve", "all strikes together, at other prices; zero at the flip")));
}

/** Room above the bars for the names of the lines. */
function room(low, high) {
  const whole = Math.max(high, 0) - Math.min(low, 0);
  return [Math.min(low, 0) - 0.05 * whole, Math.max(high, 0) + 0.24 * whole];
}

function lines(u, view) {
  const found = [["spot", view.spot, "ink", []], ["flip", view.flip_point, "flip", [6, 4]], ["put wall", view.put_wall, "put", [2, 3]], ["call wall", view.call_wall, "call", [2, 3]]];
  found.filter(([, x]) => x !== null).sort((one, other) => one[1] - other[1]).forEach(([name, x, tint, dash], row) =>
    rule(u, { x, tint: colour(tint), text: `${name} ${level(x)}`, dash, row: row % 4 }));
}

/** The whole chain's exposure at other prices, scaled to the picture; it crosses the middle at the flip. */
function curve(u, view) {
  const { ctx, bbox } = u, px = ratio();
  const largest = Math.max(...view.exposure.map(Math.abs)), [low, high] = [u.scales.y.min, u.scales.y.max];
  const reach = Math.min(Math.abs(low), Math.abs(high)) * 0.6;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  view.spots.forEach((spot, index) => {
    const left = u.valToPos(spot, "x", true), top = u.valToPos((view.exposure[index] / largest) * reach, "y", true);
    if (index) ctx.lineTo(left, top); else ctx.moveTo(left, top);
  });
  ctx.lineWidth = 2 * px;
  ctx.strokeStyle = colour("flip");
  ctx.stroke();
  ctx.restore();
}

export function showRegime(view) {
  const seen = view.indicators;
  const row = (name, value) => h("div", h("dt", name), h("dd", value));
  const confidence = h("meter", { min: 0, max: 100, value: view.confidence ?? 0, "aria-label": `confidence ${view.confidence ?? "unknown"} of 100` });
  $("regime-body").replaceChildren(
    h("p.verdict", h(`b.regime.${(view.regime ?? "unknown").toLowerCase()}`, `${capital(view.regime ?? "unknown")} gamma`), ` → `,
      h("b", words(view.recommended_action))),
    h("p.confidence", `Confidence ${view.confidence ?? "–"} `, confidence),
    h("ul.points", view.analysis.map((one) => h("li", one))),
    h("dl",
      row("Net GEX", gex(seen.net_gex)), row("Flip", level(seen.flip_point)), row("Put and call wall", `${level(seen.put_wall)} · ${level(seen.call_wall)}`),
      row("VIX", price(seen.vix)), row("IV rank · percentile", `${price(seen.iv_rank, 0)} · ${price(seen.iv_percentile, 0)}`),
      row("20- and 50-day average", `${level(seen.ma20)} · ${level(seen.ma50)}`), row("RSI", price(seen.rsi, 0)),
      row("MACD · signal", `${price(seen.macd)} · ${price(seen.macd_signal)}`), row("Breakout", words(seen.breakout)),
      row("Snapshot", `${when(view.at)}, ${ago(view.age_seconds)}`)),
  );
}

export function regimeTile(view) {
  return h(`div.tile.${(view.regime ?? "unknown").toLowerCase()}`, h("h2", `${view.underlying} regime`), h("p.big", capital(view.regime ?? "unknown")),
    h("p.under", `${words(view.recommended_action)}, confidence ${view.confidence ?? "–"}`));
}
