// The frame of the page: tabs, language, theme, and one view at a time, loaded when it is first seen.

import { make } from "./dom.js";
import { t, switchLanguage, translate } from "./i18n.js";
import { startTheme } from "./theme.js";

/** @typedef {{ show: (root: HTMLElement) => (() => void) | void | Promise<(() => void) | void> }} View */

/** @type {Record<string, () => Promise<View>>} */
const VIEWS = {
  draw: () => import("./draw/view.js"),
  train: () => import("./train/view.js"),
  why: () => import("./why/view.js"),
  read: () => import("./read/view.js"),
  templates: () => import("./templates/view.js"),
  desk: () => import("./desk/view.js"),
};

if ("static" in document.documentElement.dataset) {
  delete VIEWS.train; // these need a server
  delete VIEWS.read;
  delete VIEWS.templates;
  delete VIEWS.desk;
}

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
/** @type {(() => void) | void} */
let leave;

async function show() {
  const name = location.hash.slice(1).split("/")[0];
  if (name === "main") return;
  const chosen = name in VIEWS ? name : "draw";
  drawTabs(chosen);
  document.title = `${t(/** @type {any} */ (`tab.${chosen}`))} · sutja`;
  leave?.();
  leave = undefined;
  const view = await VIEWS[chosen]();
  main.replaceChildren();
  leave = await view.show(main);
  translate(document.documentElement);
  main.dataset.view = chosen;
}

/** @param {string} chosen */
function drawTabs(chosen) {
  const tabs = Object.keys(VIEWS).map((name) =>
    make(
      "li",
      {},
      make(
        "a",
        { href: `#${name}`, "aria-current": name === chosen ? "page" : null },
        t(/** @type {any} */ (`tab.${name}`)),
      ),
    ),
  );
  document.getElementById("tabs")?.replaceChildren(...tabs);
}

function drawLanguage() {
  const button = /** @type {HTMLElement} */ (document.getElementById("language"));
  button.textContent = t("language.other");
  button.lang = t("language.code");
}

document.getElementById("language")?.addEventListener("click", switchLanguage);
document.addEventListener("language", () => {
  drawLanguage();
  void show();
});
window.addEventListener("hashchange", () => void show());
startTheme();
drawLanguage();
translate(document.documentElement);
void show();
