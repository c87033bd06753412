// Dark or light: as the system has it, until a person chooses.

import { t } from "./i18n.js";

const KEPT = "sutja-theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = localStorage.getItem(KEPT);
  return chosen === null ? dark.matches : chosen === "dark";
}

function apply() {
  document.documentElement.style.colorScheme = isDark() ? "dark" : "light";
  const button = document.getElementById("theme");
  if (button) {
    button.textContent = isDark() ? "☀" : "☾";
    button.setAttribute("aria-label", t(isDark() ? "theme.light" : "theme.dark"));
    button.title = button.getAttribute("aria-label") ?? "";
  }
  document.dispatchEvent(new Event("theme"));
}

/** Apply the theme, now and whenever it changes. */
export function startTheme() {
  document.getElementById("theme")?.addEventListener("click", () => {
    localStorage.setItem(KEPT, isDark() ? "light" : "dark");
    apply();
  });
  dark.addEventListener("change", apply);
  document.addEventListener("language", apply);
  apply();
}
