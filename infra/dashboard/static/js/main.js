// Asks for everything at once, shows each part as it comes, and keeps it fresh.

import { repaint } from "./chart.js";
import { showDecisions } from "./decisions.js";
import { $, h } from "./dom.js";
import { showEquity, showSummary } from "./equity.js";
import { regimeTile, showGamma, showRegime } from "./gamma.js";
import { openBreaker, showHealth } from "./health.js";
import { showMarket } from "./market.js";
import { showPositions } from "./positions.js";
import { enter, get } from "./session.js";
import { showStats, showTrades } from "./tables.js";

const FAST = 15_000, SLOW = 60_000;
const PERIODS = [["1 month", 21], ["3 months", 63], ["6 months", 126], ["1 year", 252]];
const shown = { underlying: "SPY", sessions: 126, mode: null, present: null, health: null, session: null };

async function part(place, work) {
  try {
    await work();
  } catch (error) {
    $(place)?.replaceChildren(h("p.failure", { role: "alert" }, error.message));
  }
}

let asked = null;
const session = async () => { shown.session ??= await (asked ??= get("/session")); };

async function health() {
  [shown.health] = await Promise.all([get("/api/health"), session()]);
  showHealth(shown.health, shown.session);
}

async function now() {
  const [equity, positions, regime] = await Promise.all([get("/api/equity"), get("/api/positions"), get(`/api/gex/${shown.underlying}/regime`)]);
  shown.present = { equity, positions, regime };
  drawMode();
  showRegime(regime);
  showPositions(positions);
}

/** Play money and real money make no sum: one mode is shown at a time, live first. */
function drawMode() {
  const { equity, positions, regime } = shown.present;
  const names = equity.modes.map((one) => one.mode), box = $("modes");
  if (!names.includes(shown.mode)) shown.mode = names[0];
  if (box.dataset.names !== names.join() && names.length > 1) {
    choices(box, names.map((one) => [one, one]), (one) => one === shown.mode, (one) => { shown.mode = one; drawMode(); });
  }
  if (names.length === 1) box.replaceChildren();
  box.dataset.names = names.join();
  const chosen = equity.modes.find((one) => one.mode === shown.mode);
  showSummary(chosen, positions, regimeTile(regime), names.length > 1);
  showEquity(chosen);
}

const market = () => part("market-plot", async () => showMarket(await get(`/api/market/${shown.underlying}`, { sessions: shown.sessions })));
const gamma = () => part("gamma-plot", async () => showGamma(await get(`/api/gex/${shown.underlying}/profile`)));
const present = () => part("summary", now);

const all = () => Promise.all([
  part("health-body", health), present(), market(), gamma(),
  part("decisions-body", showDecisions), part("strategies-body", async () => showStats(await get("/api/stats"))), part("trades-body", showTrades),
]);

function choices(box, options, isChosen, choose) {
  const buttons = options.map(([name, value]) => h("button", { type: "button", "aria-pressed": String(isChosen(value)), onclick: () => {
    choose(value);
    buttons.forEach((one, index) => one.setAttribute("aria-pressed", String(isChosen(options[index][1]))));
  } }, name));
  box.replaceChildren(...buttons);
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function theme() {
  const label = () => { $("theme").textContent = isDark() ? "Light" : "Dark"; $("theme").setAttribute("aria-pressed", String(isDark())); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  $("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("alphagex-theme", document.documentElement.dataset.theme);
    label();
    repaint();
  });
  label();
}

function controls() {
  theme();
  const underlyings = shown.health.data.map((one) => [one.underlying, one.underlying]);
  choices($("underlyings"), underlyings, (one) => one === shown.underlying, (one) => { shown.underlying = one; market(); gamma(); present(); });
  choices($("periods"), PERIODS, (one) => one === shown.sessions, (one) => { shown.sessions = one; market(); });
  $("breaker").addEventListener("click", () => openBreaker(shown.health, shown.session, health));
  for (const id of ["decision-bot", "decision-kind"]) $(id).addEventListener("change", () => part("decisions-body", showDecisions));
  $("decisions-more").addEventListener("click", () => part("decisions-body", () => showDecisions(false)));
  $("trades-more").addEventListener("click", () => part("trades-body", () => showTrades(false)));
}

/** Nothing is drawn anew under the eyes of somebody who reads a chart or its table, or in a hidden tab. */
function isRead() {
  return document.hidden || document.activeElement?.closest(".plot") || document.querySelector(".plot details[open]") || $("breaker-dialog").open;
}

async function start() {
  try {
    await enter();
    await Promise.all([session(), all()]);
    controls();
    document.body.dataset.ready = String(Math.round(performance.now()));
  } catch (error) {
    $("failure").textContent = error.message;
    $("failure").hidden = false;
    return;
  }
  if (shown.session.recorded) return;
  setInterval(() => isRead() || (part("health-body", health), present()), FAST);
  setInterval(() => isRead() || (market(), gamma()), SLOW);
}

start();
