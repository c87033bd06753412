// The list of a form's fields: name, kind, digits, and whether it may be empty.

import { make } from "../dom.js";
import { t } from "../i18n.js";

/** @typedef {import("./sheet.js").Field} Field */

const HEADS = ["template.name", "read.kind", "template.digits", "template.comb", "template.required", "template.remove"];
const KINDS = ["number", "amount", "postcode", "date", "check", "auto"];

export class FieldList {
  /**
   * @param {{ changed: () => void, chosen: (index: number) => void, removed: (index: number) => void }} told
   */
  constructor(told) {
    this.told = told;
    this.body = make("tbody");
    this.element = make(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("template.fields") },
      make(
        "table",
        { class: "fields-table" },
        make("thead", {}, make("tr", {}, ...HEADS.map((key, i) => make("th", { scope: "col" }, make("span", { class: i === 5 ? "unseen" : null }, t(/** @type {any} */ (key))))))),
        this.body,
      ),
    );
  }

  /**
   * @param {Field[]} fields
   * @param {number} chosen
   */
  show(fields, chosen) {
    this.body.replaceChildren(...fields.map((field, i) => this.makeRow(field, i)));
    this.choose(chosen);
  }

  /** @param {number} index */
  choose(index) {
    [...this.body.children].forEach((row, i) => row.classList.toggle("chosen", i === index));
  }

  /** @param {number} index */
  focus(index) {
    const input = this.body.children[index]?.querySelector("input");
    input?.focus();
    input?.select();
  }

  /**
   * @param {Field} field
   * @param {number} index
   */
  makeRow(field, index) {
    const name = make("input", { type: "text", value: field.name, maxlength: 60, spellcheck: "false" });
    const kind = make("select", {}, ...KINDS.map((value) => make("option", { value, selected: value === (field.kind ?? "number") }, t(/** @type {any} */ (`kind.${value}`)))));
    const digits = make("input", { type: "text", class: "short", value: writeDigits(field.digits), placeholder: "1-4", inputmode: "numeric" });
    const comb = make("input", { type: "checkbox", checked: Boolean(field.comb) });
    const required = make("input", { type: "checkbox", checked: field.may_be_empty === false });
    const remove = make("button", { type: "button", class: "quiet", onclick: () => this.told.removed(index) }, "×");
    const controls = [name, kind, digits, comb, required, remove];
    const label = () => controls.forEach((control, i) => control.setAttribute("aria-label", `${t(/** @type {any} */ (HEADS[i]))}: ${field.name}`));
    label();
    name.addEventListener("change", () => {
      field.name = name.value = toName(name.value);
      label();
      this.told.changed();
    });
    kind.addEventListener("change", () => this.set(field, "kind", kind.value === "number" ? undefined : kind.value));
    digits.addEventListener("change", () => {
      this.set(field, "digits", readDigits(digits.value));
      digits.value = writeDigits(field.digits);
    });
    comb.addEventListener("change", () => this.set(field, "comb", comb.checked || undefined));
    required.addEventListener("change", () => this.set(field, "may_be_empty", required.checked ? false : undefined));
    return make("tr", { onfocusin: () => this.told.chosen(index) }, ...controls.map((control) => make("td", {}, control)));
  }

  /**
   * @param {any} field
   * @param {string} key
   * @param {any} value undefined to leave it out
   */
  set(field, key, value) {
    if (value === undefined) delete field[key];
    else field[key] = value;
    this.told.changed();
  }
}

/**
 * Make a name that columns and rules take: letters, digits and underscores, no digit first.
 * @param {string} text
 */
export function toName(text) {
  const name = text.trim().replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "");
  return /^\p{N}/u.test(name) || name === "" ? `field_${name}`.replace(/_$/, "") : name;
}

/** @param {number | number[] | undefined} digits */
function writeDigits(digits) {
  return digits === undefined ? "" : Array.isArray(digits) ? digits.join("-") : String(digits);
}

/** @param {string} text */
function readDigits(text) {
  const found = (text.match(/\d+/g) ?? []).map(Number).filter((count) => count >= 1 && count <= 40);
  if (found.length === 0) return undefined;
  return found.length === 1 || found[0] === found[1] ? found[0] : found.slice(0, 2).sort((a, b) => a - b);
}
