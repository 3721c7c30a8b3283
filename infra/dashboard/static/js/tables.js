// Strategies with Kelly, and the closed trades.

import { $, amount, h, table } from "./dom.js";
import { exact, percent, price, signed, when, words } from "./format.js";
import { get } from "./session.js";

let next = null;

/** A bot, and its mode where that is not paper. */
const bot = (one) => [h(`span.bot.${one.bot.toLowerCase()}`, one.bot), one.mode === "paper" ? "" : h("span.chip.live", one.mode)];

export function showStats(view) {
  const columns = [
    ["Strategy", (one) => [h("b", words(one.strategy)), one.is_disabled ? h("span.chip.live", "disabled") : "", one.is_stale ? h("span.chip", "stale") : ""]],
    ["Bot", bot],
    [`Last ${view.window_days} days`, (one) => (one.window_trades ? `${one.window_wins} of ${one.window_trades} won` : "no trade"), "n"],
    ["P&L", (one) => (one.window_trades ? amount(Number(one.window_pnl), signed(one.window_pnl)) : "–"), "n"],
    ["Win rate", (one) => percent(one.win_rate), "n"], ["Average win", (one) => percent(one.avg_win), "n"], ["Average loss", (one) => percent(one.avg_loss), "n"],
    ["Expectancy", (one) => amount(Number(one.expectancy), percent(one.expectancy, 1)), "n"],
    ["Kelly", (one) => amount(Number(one.kelly), percent(one.kelly, 1)), "n"], ["Half Kelly", (one) => percent(one.half_kelly, 1), "n"],
    ["Sized by", (one) => (one.own_results ? h("b", one.basis) : one.basis), "t"],
  ];
  $("strategies-body").replaceChildren(
    table(`Sizing uses a strategy's own results from ${view.min_trades} trades on, the prior before; ${view.disable_after_trades} trades of negative expectancy disable it. Half Kelly is before confidence, VIX and the caps.`,
      columns, view.strategies));
}

const TRADES = [
  ["Closed", (one) => when(one.closed_at), "t"], ["Bot", bot],
  ["Trade", (one) => `${one.contracts} ${words(one.strategy)} on ${one.underlying}`], ["Entry", (one) => price(one.entry_price), "n"],
  ["Exit", (one) => price(one.exit_price), "n"], ["Why", (one) => words(one.exit_reason)], ["Fees", (one) => exact(one.fees), "n"],
  ["P&L", (one) => amount(Number(one.pnl), signed(one.pnl)), "n"], ["Of the premium", (one) => percent(one.pnl_fraction), "n"],
];

export async function showTrades(fresh = true) {
  const view = await get("/api/trades", { limit: 15, next: fresh ? null : next });
  next = view.next;
  $("trades-more").hidden = !next;
  if (fresh && !view.trades.length) $("trades-body").replaceChildren(h("p.empty", "No trade has closed yet."));
  else if (fresh) $("trades-body").replaceChildren(table("Closed trades, newest first; dollars after all fees", TRADES, view.trades));
  else $("trades-body").querySelector("tbody").append(...table("", TRADES, view.trades).querySelectorAll("tbody tr"));
}
