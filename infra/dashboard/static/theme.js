// Before the first paint: the theme the user chose here before, else that of the system.
"use strict";
(() => {
  const chosen = localStorage.getItem("alphagex-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
