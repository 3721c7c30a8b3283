// Equity and drawdown.

import { axis, chart, colour, days as dates } from "./chart.js";
import { $, amount, h } from "./dom.js";
import { exact, money, newYorkDay, percent, signed } from "./format.js";

const seconds = (day) => Date.parse(`${day}T20:00:00Z`) / 1000;
const BOTS = { ATLAS: "atlas", PROMETHEUS: "prometheus", SOLOMON: "solomon" };

export function showEquity(view) {
  const days = view.points.map((one) => seconds(one.day));
  if (days.length < 2) {
    $("equity-plot").replaceChildren(h("p.empty", "No trade has closed yet; equity starts with the first."));
    $("drawdown-plot").replaceChildren();
    return;
  }
  const names = view.bots.map((one) => one.bot);
  const profits = view.bots.map((one) => one.profits);
  const total = view.points.map((_, index) => profits.reduce((sum, one) => sum + one[index], 0));
  const columns = [
    ["Day", (one) => one.day, "t"], ["Equity", (one) => exact(one.equity), "n"], ["P&L", (one) => exact(one.pnl), "n"],
    ["Drawdown", (one) => exact(one.drawdown), "n"], ["Trades", (one) => String(one.trades), "n"],
  ];
  const cursor = { sync: { key: "equity" } };
  chart($("equity-plot"), {
    label: "Realised profit by session, all bots and each", height: 250, columns, rows: () => view.points,
    read: (index) => [
      ["", newYorkDay(days[index])], ["equity", money(view.points[index].equity)], ["total", signed(total[index]), colour("total")],
      ...names.map((name, place) => [name, signed(profits[place][index]), colour(BOTS[name])]),
    ],
    make: () => ({
      data: [days, total, ...profits],
      options: {
        cursor, axes: [dates(), axis({ values: (_, ticks) => ticks.map((one) => money(one)), size: 72 })],
        series: [{}, line("total", 2.5, `${colour("total")}14`), ...names.map((name) => line(BOTS[name], 1.5))],
      },
    }),
  });
  const fall = view.points.map((one) => 0 - Number(one.drawdown));
  chart($("drawdown-plot"), {
    label: `Drawdown by session; the deepest was ${money(view.max_drawdown)}, ${percent(view.max_drawdown_fraction, 1)} of the peak`,
    height: 110,
    read: (index) => [["drawdown", money(fall[index]), colour("loss")], ["deepest", `${money(view.max_drawdown)} (${percent(view.max_drawdown_fraction, 1)})`]],
    make: () => ({
      data: [days, fall],
      options: {
        cursor, axes: [dates(), axis({ values: (_, ticks) => ticks.map((one) => money(one)), size: 72, space: 30 })],
        scales: { y: { range: (_, low) => [Math.min(low * 1.05, -1), 0] } },
        series: [{}, { ...line("loss", 1.5, `${colour("loss")}33`), fillTo: 0 }],
      },
    }),
  });
}

function line(name, width, fill) {
  return { stroke: colour(name), width, fill, points: { show: false }, paths: uPlot.paths.stepped({ align: -1 }) };
}

export function showSummary(equity, positions, regime, named) {
  const held = positions.totals.find((one) => one.mode === equity.mode) ?? { positions: 0, risk: 0 };
  const mode = named ? ` (${equity.mode})` : "";
  const tile = (title, value, under) => h("div.tile", h("h2", title), h("p.big", value), h("p.under", under));
  const open = equity.open_pnl === null ? "not all positions are priced" : `realised ${signed(equity.realized)}`;
  $("summary").replaceChildren(
    tile(`Equity${mode}`, money(equity.equity), `capital ${money(equity.capital)}`),
    tile("Today", amount(Number(equity.day_pnl), signed(equity.day_pnl)), "closed trades, after fees"),
    tile("Open P&L", amount(Number(equity.open_pnl), signed(equity.open_pnl)), open),
    tile("At risk", money(held.risk), `${held.positions} open ${held.positions === 1 ? "position" : "positions"}`),
    tile("Deepest drawdown", money(equity.max_drawdown), `${percent(equity.max_drawdown_fraction, 1)} of the peak`),
    regime,
  );
}
