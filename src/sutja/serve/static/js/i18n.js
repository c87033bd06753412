// The page in English and Korean. A locale is a module, so that the type checker finds a missing sentence.

import { en } from "./locales/en.js";
import { ko } from "./locales/ko.js";

/** @typedef {keyof typeof en} Key */

const LOCALES = { en, ko };
const KEPT = "sutja-language";

/** @type {"en" | "ko"} */
let language = choose();

/** @returns {"en" | "ko"} */
function choose() {
  const wanted = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2);
  return wanted === "ko" ? "ko" : "en";
}

/** @returns {"en" | "ko"} */
export function getLanguage() {
  return language;
}

/**
 * A sentence in the chosen language, with its {places} filled.
 * @param {Key} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  return LOCALES[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * A sentence whose key is made at run time, or the fallback where there is none.
 * @param {string} key
 * @param {string} fallback
 */
export function tOr(key, fallback) {
  return key in en ? t(/** @type {Key} */ (key)) : fallback;
}

/** Change to the other language, and tell the page. */
export function switchLanguage() {
  language = language === "en" ? "ko" : "en";
  localStorage.setItem(KEPT, language);
  translate(document.documentElement);
  document.dispatchEvent(new Event("language"));
}

/**
 * Fill the elements that name a sentence.
 * @param {Element} root
 */
export function translate(root) {
  document.documentElement.lang = language;
  for (const element of root.querySelectorAll("[data-t]")) {
    element.textContent = t(/** @type {Key} */ (element.getAttribute("data-t")));
  }
  for (const element of root.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(/** @type {Key} */ (element.getAttribute("data-t-label"))));
  }
}

/**
 * A share as a percentage that is never rounded up to certainty.
 * @param {number} share from 0 to 1
 */
export function percent(share) {
  const value = share * 100;
  const digits = value > 99.95 || value < 10 ? 1 : 0;
  return `${(Math.floor(value * 10 ** digits) / 10 ** digits).toFixed(digits)}\u00a0%`;
}
