// The decision log with its gates.

import { $, h, table } from "./dom.js";
import { sentence, span, words } from "./format.js";
import { get } from "./session.js";

const KINDS = { ENTRY: "entry", EXIT: "exit", NO_ENTRY: "no entry", SETTLEMENT: "settlement", OPERATOR: "operator" };
const EMPTY_PAGES = 6;
let next = null;

export async function showDecisions(fresh = true) {
  const asked = { bot: $("decision-bot").value, kind: $("decision-kind").value, limit: 25 };
  let view = await get("/api/decisions", { ...asked, next: fresh ? null : next });
  for (let page = 0; !view.decisions.length && view.next && page < EMPTY_PAGES; page += 1) {
    view = await get("/api/decisions", { ...asked, next: view.next });
  }
  next = view.next;
  const rows = view.decisions.map(entry);
  if (fresh) $("decisions-body").replaceChildren(...(rows.length ? rows : [h("li.empty", "No such decision yet.")]));
  else $("decisions-body").append(...rows);
  $("decisions-more").hidden = !next;
}

function entry(one) {
  const repeated = one.count > 1 ? `${one.count} × ` : "";
  const reasons = one.denials.length ? one.denials.map((code) => h("span.chip", words(code))) : [one.how];
  const what = one.kind === "NO_ENTRY" ? `${one.underlying}, ${words(one.action)}` : sentence(one.what);
  return h("li", h("details",
    h("summary",
      h("span.kind", { class: `kind ${one.kind.toLowerCase()}` }, KINDS[one.kind]), h(`span.bot.${one.bot.toLowerCase()}`, one.bot),
      h("span.what", what), h("span.reasons", reasons), h("time", { datetime: one.at }, repeated + span(one.at, one.last_seen))),
    h("div.why",
      h("p", sentence(one.how)),
      one.gates.length ? table(`Gates of this decision`, [
        ["Gate", (gate) => gate.question], ["Value", (gate) => gate.value], ["Limit", (gate) => gate.limit],
        [one.kind === "EXIT" ? "Calls for an exit" : "Passed", (gate) => mark(gate, one.kind)],
      ], one.gates, { hidden: true }) : "",
      h("p.hint", `${words(one.regime)} gamma, ${words(one.action)}; snapshot ${one.snapshot_id ?? "–"}, configuration ${one.config_digest || "–"}, ${one.mode}`))));
}

function mark(gate, kind) {
  if (kind === "EXIT") return h(gate.passed ? "b" : "span", gate.passed ? "yes" : "no");
  return h(`span.${gate.passed ? "yes" : "no"}`, gate.passed ? "✓ yes" : "✗ no");
}
