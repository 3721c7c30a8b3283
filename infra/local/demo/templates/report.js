(function () {
  "use strict";
  var facts = JSON.parse(document.getElementById("facts").textContent);
  var places = facts.place.map(Number), last = places[places.length - 1];

  function nearest(wanted) {
    var low = 0, high = places.length - 1;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (places[middle] < wanted) low = middle + 1; else high = middle;
    }
    return low > 0 && wanted - places[low - 1] < places[low] - wanted ? low - 1 : low;
  }

  function shown(plot) {
    return Array.prototype.find.call(plot.querySelectorAll("svg"), function (svg) {
      return svg.getBoundingClientRect().width > 0;
    });
  }

  function show(plot, number) {
    var svg = shown(plot), tip = plot.querySelector(".tip"), cursor = svg.querySelector(".cursor");
    var left = Number(svg.dataset.left), right = Number(svg.dataset.right);
    var x = left + (right - left) * (last ? places[number] / last : 0.5);
    var lines = svg.dataset.columns.split(" ").map(function (name) { return facts[name][number]; });
    plot.dataset.number = number;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    tip.textContent = [facts.at[number]].concat(lines.filter(Boolean)).join("\n");
    tip.hidden = false;
    plot.classList.add("on");
    var at = x / svg.viewBox.baseVal.width * plot.clientWidth, room = plot.clientWidth - tip.offsetWidth;
    var beside = at + 14 <= room ? at + 14 : at - tip.offsetWidth - 14;
    tip.style.left = Math.max(0, Math.min(beside, room)) + "px";
  }

  function hide(plot) {
    plot.classList.remove("on");
    plot.querySelector(".tip").hidden = true;
  }

  function point(plot, event) {
    var svg = shown(plot), box = svg.getBoundingClientRect();
    var x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    var left = Number(svg.dataset.left), right = Number(svg.dataset.right);
    show(plot, nearest(Math.max(0, Math.min(1, (x - left) / (right - left))) * last));
  }

  function step(plot, event) {
    var jumps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") { hide(plot); return; }
    if (!(event.key in jumps)) return;
    event.preventDefault();
    var now = Number(plot.dataset.number || 0) + jumps[event.key];
    show(plot, Math.max(0, Math.min(places.length - 1, now)));
  }

  if (places.length) {
    document.querySelectorAll(".plot").forEach(function (plot) {
      plot.tabIndex = 0;
      plot.querySelectorAll(".mark title").forEach(function (title) { title.remove(); });
      plot.addEventListener("pointermove", function (event) { point(plot, event); });
      plot.addEventListener("pointerdown", function (event) { point(plot, event); });
      plot.addEventListener("pointerleave", function () { hide(plot); });
      plot.addEventListener("blur", function () { hide(plot); });
      plot.addEventListener("keydown", function (event) { step(plot, event); });
    });
  }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("section > details").forEach(function (one) { one.open = true; });
  });
}());
