// Elements in a line: h("p.hint", { title: "…" }, "text", other).

export function h(kind, ...rest) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  const [first] = rest;
  const hasAttributes = first !== null && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first);
  for (const [name, value] of Object.entries(hasAttributes ? first : {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  const children = hasAttributes ? rest.slice(1) : rest;
  element.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** A table with a caption; each column is [title, row => cell, class]. */
export function table(caption, columns, rows, { hidden = false } = {}) {
  const head = h("tr", columns.map(([title, , kind = ""]) => h("th", { scope: "col", class: kind || null }, title)));
  const body = rows.map((row) =>
    h("tr", columns.map(([, cell, kind = ""], index) =>
      index ? h("td", { class: kind || null }, cell(row)) : h("th", { scope: "row", class: kind || null }, cell(row)))));
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": caption },
    h("table", h("caption", { class: hidden ? "hidden" : null }, caption), h("thead", head), h("tbody", body)));
}

export function amount(value, text) {
  const kind = value > 0 ? "profit" : value < 0 ? "loss" : "even";
  return h(`span.${kind}`, text);
}
