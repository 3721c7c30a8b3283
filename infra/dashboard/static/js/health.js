// Whether all is well, and the breaker.

import { $, h, table } from "./dom.js";
import { ago, money, when, words } from "./format.js";
import { setSwitch } from "./session.js";

const SEVERITY = ["ACTIVE", "REDUCING", "HALTED"];

export const strictest = (breaker) => Object.values(breaker.effective).reduce((one, other) => (SEVERITY.indexOf(other) > SEVERITY.indexOf(one) ? other : one), "ACTIVE");

export function showHealth(view, session) {
  $("where").textContent = session.where;
  document.title = `AlphaGEX ${session.stage}`;
  $("state").className = `state ${view.healthy ? "well" : "ill"}`;
  $("state").textContent = session.recorded ? `recorded, standing at ${when(view.asked_at)}`
    : view.healthy ? `all is well; market ${view.market_open ? "open" : `closed, opens ${when(view.opens_at)}`}` : view.problems[0];
  const state = strictest(view.breaker);
  $("breaker").className = `breaker ${state.toLowerCase()}`;
  $("breaker").textContent = `Breaker ${state}`;
  $("breaker-now").textContent = `Your switch is ${view.breaker.switch}.` + view.breaker.trips.map((one) => ` The system tripped ${one.scope} to ${one.state}: ${one.reason}.`).join("");
  const row = (name, value) => h("div", h("dt", name), h("dd", value));
  $("health-body").replaceChildren(
    h("div",
      view.problems.length ? h("ul.points", view.problems.map((one) => h("li.loss", one))) : h("p.profit", "No problem is known."),
      h("dl", row("Monitor last ran", `${ago(view.heartbeat.age_seconds)}, ${when(view.heartbeat.at)}`), row("Your switch", view.breaker.switch),
        ...Object.entries(view.breaker.effective).map(([bot, one]) => row(`Breaker of ${bot}`, one)))),
    table("Data: the newest snapshot of each underlying", [
      ["Underlying", (one) => one.underlying], ["Collected", (one) => ago(one.age_seconds)], ["Valid", (one) => (one.valid ? "yes" : one.faults.map((fault) => words(fault.code)).join(", ") || "none yet")],
      ["Sources", (one) => one.feeds.map((feed) => `${feed.need} ${feed.source ? words(feed.source) : "missing"}${feed.age_seconds > 60 ? ` (${ago(feed.age_seconds)})` : ""}`).join(", "), "w"],
      ["Passed over", (one) => one.feeds.flatMap((feed) => feed.passed_over).join("; ") || "none", "w"],
    ], view.data),
    table("Bots: what each has at stake today", [
      ["Bot", (one) => h(`span.bot.${one.bot.toLowerCase()}`, one.bot)], ["Mode", (one) => one.mode ?? "–"],
      ["Open", (one) => `${one.open_positions} of ${one.max_positions ?? "–"}`, "n"], ["Risk used", (one) => `${money(one.open_risk)} of ${money(one.max_open_risk)}`, "n"],
      ["P&L of the day", (one) => money(one.day_pnl), "n"], ["Orders", (one) => String(one.orders_today), "n"], ["Stops", (one) => String(one.stops_today), "n"],
      ["Configuration", (one) => one.fault ?? "valid", "w"],
    ], view.bots),
  );
}

/** The dialog: a state and a reason, then a confirmation that names what will happen. */
export function openBreaker(view, session, changed) {
  const dialog = $("breaker-dialog"), confirm = $("breaker-confirm"), error = $("breaker-error");
  const tripped = view.breaker.trips.find((one) => one.scope === "ALL");
  const chosen = () => $("breaker-form").elements.state.value;
  const refresh = () => {
    const changes = chosen() !== view.breaker.switch || (chosen() === "ACTIVE" && tripped);
    confirm.disabled = !changes || $("breaker-reason").value.trim().length < 3;
    confirm.textContent = confirm.disabled ? "Set the switch" : `Set the switch to ${chosen()}`;
  };
  $("breaker-form").elements.state.value = view.breaker.switch;
  $("breaker-reason").value = "";
  $("breaker-note").textContent = session.switch_note;
  error.hidden = true;
  refresh();
  $("breaker-form").oninput = refresh;
  $("breaker-cancel").onclick = () => dialog.close();
  $("breaker-form").onsubmit = async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    try {
      await setSwitch(chosen(), $("breaker-reason").value.trim(), tripped?.at ?? null);
      dialog.close();
      await changed();
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
      refresh();
    }
  };
  dialog.showModal();
}
