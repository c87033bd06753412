// Draw and watch: a drawing, and a network that thinks about it with each stroke.

import { make, say } from "../dom.js";
import { percent, t, tOr } from "../i18n.js";
import { Bars } from "./bars.js";
import { makeDrawingCard } from "./card.js";
import { Diagram } from "./diagram.js";
import { EXAMPLES } from "./examples.js";
import { Inspector } from "./inspector.js";
import { Tower } from "./maps.js";
import { Network, isStatic, listNetworks } from "./network.js";
import { Pad } from "./pad.js";
import { ReaderCard } from "./reader.js";
import { TreeCard } from "./tree.js";
import { VectorCard } from "./vectors.js";

/**
 * @typedef {import("./network.js").Answer} Answer
 * @typedef {import("./network.js").Description} Description
 */

/** Times from a stroke to the screen in ms, the latest last, for who measures. @type {number[]} */
export const times = [];

class DrawView {
  /** @param {Description[]} networks */
  constructor(networks) {
    this.networks = networks;
    /** @type {Diagram | Tower | null} */
    this.diagram = null;
    /** @type {Network | null} */
    this.network = null;
    /** @type {Answer | null} */
    this.answer = null;
    /** @type {{ update: (pixels: Uint8Array) => void }[]} */
    this.evidence = [];
    this.place = /** @type {import("./diagram.js").Place | null} */ (null);
    this.busy = false;
    this.waiting = false;
    this.asked = false;
    /** @type {Uint8Array} */
    this.pixels = new Uint8Array(784);
    this.pad = new Pad((pixels) => this.draw(pixels));
    this.reader = new ReaderCard();
    this.inspector = new Inspector();
    this.verdict = make("div", { class: "verdict" });
    this.bars = new Bars();
    this.stage = make("div", { class: "stage" });
    this.about = make("p", { class: "about soft" });
    this.cards = make("div", { class: "cards" }, isStatic ? null : this.reader.element);
  }

  layOut() {
    const choice = make(
      "fieldset",
      { class: "choice" },
      make("legend", { class: "unseen" }, t("draw.network")),
      ...this.networks.map((description, i) =>
        make(
          "label",
          {},
          make("input", {
            type: "radio",
            name: "network",
            value: description.name,
            checked: i === 0,
            onchange: () => void this.chooseNetwork(description),
          }),
          make("span", {}, tOr(`network.${description.name}`, description.name)),
        ),
      ),
    );
    const left = makeDrawingCard(this.pad, this.verdict, this.bars.element);
    const right = make("section", { class: "card network", "aria-label": t("draw.network") }, choice, this.about, this.stage, this.inspector.element);
    return [make("h1", { class: "lead" }, t("draw.lead")), make("div", { class: "draw" }, left, right), this.cards];
  }

  /** @param {Description} description */
  async chooseNetwork(description) {
    this.about.textContent = t("draw.loading");
    this.network = await Network.load(description);
    this.diagram?.remove();
    this.place = null;
    const Kind = description.exact ? Diagram : Tower;
    this.diagram = new Kind(this.network, (place) => this.inspect(place));
    this.stage.replaceChildren(this.diagram.element);
    const facts = t("draw.facts", { parameters: description.parameters.toLocaleString(), error: description.error === null ? "–" : percent(description.error) });
    this.about.textContent = `${tOr(`about.${description.name}`, "")} ${facts}`.trim();
    await this.think();
  }

  /** @param {Uint8Array} pixels */
  draw(pixels) {
    const begin = performance.now();
    this.pixels = pixels;
    const done = this.think();
    if (!isStatic) this.reader.update(this.pad);
    const measure = () => {
      times.push(performance.now() - begin);
      times.splice(0, times.length - 1000);
    };
    if (done) void done.then(measure);
    else measure();
  }

  /** Run the network on the drawing, and show all; at the server one run at a time, the latest next. */
  think() {
    if (!this.network) return undefined;
    const answer = this.network.run(this.pixels);
    if (!(answer instanceof Promise)) {
      this.show(answer);
      return undefined;
    }
    if (this.busy) {
      this.waiting = true;
      return undefined;
    }
    return this.wait(answer);
  }

  /** @param {Promise<Answer>} answer */
  async wait(answer) {
    const network = this.network;
    this.busy = true;
    try {
      const found = await answer;
      if (network === this.network) this.show(found);
    } finally {
      this.busy = false;
    }
    if (this.waiting) {
      this.waiting = false;
      await this.think();
    }
  }

  /** @param {Answer} answer */
  show(answer) {
    this.answer = answer;
    this.diagram?.update(answer);
    this.inspect(this.place);
    this.showVerdict(answer);
    this.updateEvidence();
  }

  /** Ask the others too, once the network's answer is on the screen. */
  updateEvidence() {
    if (this.asked || this.evidence.length === 0) return;
    this.asked = true;
    setTimeout(() => {
      this.asked = false;
      if (!this.pad.isEmpty) for (const card of this.evidence) card.update(this.pixels);
    }, 30);
  }

  /** @param {Answer} answer */
  showVerdict({ probabilities, verdict }) {
    const { classes, threshold } = /** @type {Network} */ (this.network).description;
    const empty = this.pad.isEmpty;
    const chip = make("span", { class: verdict.accepted ? "chip good" : "chip doubt" }, t(verdict.accepted ? "accepted" : "refused"));
    const second = [...probabilities].map((p, i) => ({ p, i })).sort((a, b) => b.p - a.p)[1];
    const reason = t("draw.reason", {
      confidence: percent(verdict.confidence),
      threshold: percent(threshold),
      label: classes[second.i],
      second: percent(second.p),
    });
    this.verdict.replaceChildren(
      make("output", { class: "digit" }, empty ? "?" : verdict.label),
      empty
        ? make("p", { class: "soft" }, t("draw.empty"))
        : make("div", {}, make("p", {}, percent(verdict.confidence), " ", chip), make("p", { class: "soft small" }, verdict.accepted ? t("draw.sure", { threshold: percent(threshold) }) : reason)),
    );
    this.bars.show(classes, empty ? null : probabilities);
    if (!empty && !this.pad.drawing) say(`${verdict.label} ${percent(verdict.confidence)}`);
  }

  /** @param {import("./diagram.js").Place | null} place */
  inspect(place) {
    this.place = place;
    if (this.network && this.answer) this.inspector.show(this.network, this.answer, place);
  }

  async loadEvidence() {
    const [tree, machine] = await Promise.all(["tree", "vectors"].map(async (name) => (await fetch(`static/data/${name}.json`)).json()));
    const cards = [new TreeCard(tree), new VectorCard(machine)];
    this.evidence = cards;
    this.cards.append(...cards.map((card) => card.element));
    if (!this.pad.isEmpty) for (const card of cards) card.update(this.pixels);
  }
}

/** @param {HTMLElement} root */
export async function show(root) {
  const view = new DrawView(await listNetworks());
  root.append(...view.layOut());
  await view.chooseNetwork(view.networks[0]);
  view.pad.replace(EXAMPLES[3].map((stroke) => [...stroke]));
  void view.loadEvidence();
  const repaint = () => view.answer && view.show(view.answer);
  document.addEventListener("theme", repaint);
  return () => {
    document.removeEventListener("theme", repaint);
    view.diagram?.remove();
  };
}
