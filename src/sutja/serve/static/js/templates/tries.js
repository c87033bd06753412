// Other scans that a template is tried on: what it reads there, or why it does not fit.

import { Problem, askJson } from "../api.js";
import { make } from "../dom.js";
import { percent, t } from "../i18n.js";
import { drawPage } from "../read/pictures.js";

/**
 * Try a template on a scan.
 * @param {File} scan
 * @param {{ text: string, picture: File }} template
 * @returns {Promise<HTMLElement[]>} a card for each page
 */
export async function tryOn(scan, { text, picture }) {
  const body = new FormData();
  body.append("file", scan, scan.name);
  body.append("template", new Blob([text], { type: "application/json" }), "form.json");
  body.append("picture", picture, picture.name);
  try {
    const { forms } = await askJson("v1/read", { method: "POST", body });
    return forms.map((/** @type {any} */ form) => showForm(scan, form));
  } catch (error) {
    const reason = error instanceof Problem ? error.message : String(error);
    return [make("section", { class: "card result" }, make("h2", {}, scan.name), make("p", { class: "error", role: "alert" }, reason))];
  }
}

/**
 * @param {File} scan
 * @param {any} form
 */
function showForm(scan, form) {
  const name = form.page > 1 ? `${form.source}, ${t("read.page", { page: form.page })}` : form.source;
  if (form.error !== null) return make("section", { class: "card result" }, make("h2", {}, name), make("p", { class: "error" }, form.error));
  const accepted = form.fields.filter((/** @type {any} */ field) => field.accepted).length;
  const marks = form.fields.map((/** @type {any} */ field) => ({ box: field.box, text: field.text, good: field.accepted }));
  const heads = [t("template.field"), t("read.number"), t("read.sure"), t("read.verdict")];
  const shown = drawPage(scan, form, marks);
  const rows = form.fields.map((/** @type {any} */ field, /** @type {number} */ i) => makeRow(field, i, shown));
  const summary = t("template.fits", { fit: percent(form.fit), count: form.fields.length, accepted });
  return make(
    "section",
    { class: "card result" },
    make("h2", {}, name),
    make("p", { class: "soft" }, summary),
    ...form.broken_rules.map((/** @type {string} */ rule) => make("p", { class: "error" }, t("template.broken", { rule }))),
    make(
      "div",
      { class: "parts" },
      shown,
      make(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": `${name}: ${summary}` },
        make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, ...rows)),
      ),
    ),
  );
}

/**
 * @param {any} field
 * @param {number} index
 * @param {HTMLElement} shown
 */
function makeRow(field, index, shown) {
  const mark = (/** @type {boolean} */ on) => shown.querySelector(`[data-number="${index}"]`)?.classList.toggle("chosen", on);
  return make(
    "tr",
    { onpointerenter: () => mark(true), onpointerleave: () => mark(false) },
    make("td", {}, field.name),
    make("td", { class: "number" }, field.empty ? t("template.empty") : (field.value ?? field.text)),
    make("td", {}, percent(field.confidence)),
    make("td", {}, make("span", { class: field.accepted ? "chip good" : "chip doubt" }, t(field.accepted ? "accepted" : "refused"))),
  );
}
