// Probabilities as bars, one a class.

import { make } from "../dom.js";
import { t } from "../i18n.js";

export class Bars {
  constructor() {
    this.element = make("ol", { class: "bars", "aria-label": t("draw.probabilities") });
  }

  /**
   * @param {string[]} classes
   * @param {ArrayLike<number> | null} probabilities null for none
   */
  show(classes, probabilities) {
    if (this.element.children.length !== classes.length) {
      this.element.replaceChildren(
        ...classes.map((label) => make("li", {}, make("span", { class: "value" }), make("span", { class: "well" }, make("i")), make("b", {}, label))),
      );
    }
    const shares = probabilities ? [...Array(classes.length).keys()].map((i) => probabilities[i]) : null;
    const best = shares ? shares.indexOf(Math.max(...shares)) : -1;
    [...this.element.children].forEach((item, i) => {
      const bar = /** @type {HTMLElement} */ (item.querySelector("i"));
      bar.style.setProperty("transform", `scaleY(${shares ? shares[i] : 0})`);
      /** @type {HTMLElement} */ (item.firstElementChild).textContent = shares ? String(Math.floor(shares[i] * 100)) : "";
      item.classList.toggle("best", i === best);
    });
  }
}
