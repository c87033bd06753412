// Why did it take so long? Data, compute and algorithm as sliders, over results that were measured.

import { askJson } from "../api.js";
import { make, say } from "../dom.js";
import { getLanguage, t } from "../i18n.js";
import { isStatic } from "../draw/network.js";
import { Chart } from "./chart.js";
import { STEPS } from "./steps.js";
import { Machines, Study } from "./study.js";
import { countOf, dataOf, nameOf, percentOf, yearOf } from "./words.js";

const MARKS = ["is-network", "is-tree", "is-forest", "is-vectors"];
const FINE = 10; // steps of the compute slider for each power of ten

/** @typedef {{ name: string, label: string, mark: string, fit: import("./study.js").Fit | null }} Stand */

class WhyView {
  /**
   * @param {Study[]} studies
   * @param {Machines} machines
   */
  constructor(studies, machines) {
    this.studies = studies;
    this.machines = machines;
    this.study = studies[0];
    this.step = -1;
    this.chart = new Chart();
    this.data = makeSlider("data", () => this.move());
    this.compute = makeSlider("compute", () => this.move());
    this.algorithm = makeSlider("algorithm", () => this.move());
    this.choice = make("fieldset", { class: "choice" });
    this.standings = make("ol", { class: "standings" });
    this.verdict = make("p", { class: "verdict-line", "aria-live": "polite" });
    this.about = make("p", { class: "soft small" });
    this.story = make("ol", { class: "story" });
  }

  layOut() {
    const sliders = make("div", { class: "sliders" }, ...[this.data, this.compute, this.algorithm].map((slider) => slider.element));
    const right = make("section", { class: "card why", "aria-label": t("story.chart") }, this.choice, this.verdict, this.chart.element, sliders, this.standings, this.about);
    const left = make("section", { class: "card", "aria-labelledby": "story-title" }, make("h2", { id: "story-title" }, t("story.title")), this.story);
    return [make("h1", { class: "lead" }, t("story.lead")), make("div", { class: "whys" }, left, right), this.makeSources()];
  }

  /** @param {Study} study */
  choose(study) {
    this.study = study;
    this.choice.replaceChildren(
      make("legend", { class: "unseen" }, t("story.data")),
      ...this.studies.map((one, i) =>
        make(
          "label",
          {},
          make("input", { type: "radio", name: "study", value: i, checked: one === study, onchange: () => this.chooseByHand(one) }),
          make("span", {}, dataOf(one.data.source)),
        ),
      ),
    );
    setRange(this.data.input, 0, study.sizes.length - 1);
    setRange(this.compute.input, Math.floor(FINE * Math.log10(study.least)), Math.ceil(FINE * Math.log10(study.most)));
    setRange(this.algorithm.input, 0, Math.max(0, study.networks.length - 1));
    this.about.textContent = t("story.measured", { test: study.data.labels.test.toLocaleString(), data: dataOf(study.data.source) });
  }

  /**
   * Choose a study and show all of it.
   * @param {Study} study
   */
  open(study) {
    this.choose(study);
    this.put({ labels: study.sizes[study.sizes.length - 1], operations: study.most, network: study.networks[study.networks.length - 1] });
    this.mark(-1);
  }

  /** @param {Study} study */
  chooseByHand(study) {
    this.open(study);
    /** @type {HTMLElement | null} */ (this.choice.querySelector("input:checked"))?.focus();
  }

  /** @param {import("./steps.js").Setting} setting */
  put({ labels, operations, network }) {
    const { sizes, networks } = this.study;
    this.data.input.value = String(Math.max(0, sizes.findLastIndex((size) => size <= labels)));
    this.compute.input.value = String(Math.ceil(FINE * Math.log10(operations)));
    this.algorithm.input.value = String(Math.max(0, networks.indexOf(network)));
    this.update();
  }

  read() {
    const { sizes, networks } = this.study;
    return {
      labels: sizes[Number(this.data.input.value)],
      operations: 10 ** (Number(this.compute.input.value) / FINE),
      network: networks[Number(this.algorithm.input.value)],
    };
  }

  move() {
    this.mark(-1);
    this.update();
    say(this.verdict.textContent ?? "");
  }

  update() {
    const { study } = this;
    const { labels, operations, network } = this.read();
    const names = [...(network ? [network] : []), ...study.others];
    const lines = names.map((name, i) => ({ name, label: nameOf(name), mark: MARKS[i + (network ? 0 : 1)] }));
    const crossings = network ? study.others.flatMap((rival) => study.findCrossing(network, rival) ?? []) : [];
    tell(this.data, t("story.labels", { count: labels.toLocaleString() }));
    tell(this.compute, `${t("story.operations", { count: countOf(operations) })} · ${yearOf(this.machines.findYear(operations))}`);
    tell(this.algorithm, network ? nameOf(network) : "–");
    this.chart.draw(study, { lines, labels, operations, crossings });
    const stands = lines.map((line) => ({ ...line, fit: study.stand(line.name, labels, operations) }));
    this.standings.replaceChildren(...[...stands].sort((a, b) => (a.fit?.error ?? 2) - (b.fit?.error ?? 2)).map((stand) => this.makeStanding(stand)));
    this.verdict.replaceChildren(this.judge(stands, labels, operations), " ", crossings.map(explainCrossing).join(" "));
  }

  /** @param {{ label: string, mark: string, fit: import("./study.js").Fit | null }} stand */
  makeStanding({ label, mark, fit }) {
    const bar = make("i", { class: mark });
    bar.style.setProperty("transform", `scaleX(${fit ? Math.min(1, fit.error / 0.4) : 0})`);
    const figures = fit
      ? t("story.standing", { labels: fit.labels.toLocaleString(), low: percentOf(fit.low), high: percentOf(fit.high), operations: fit.fit_operations === null ? "–" : countOf(fit.fit_operations) })
      : t("story.tooMuch");
    return make("li", {}, make("span", { class: `name ${mark}` }, label), make("b", {}, fit ? percentOf(fit.error) : "–"), make("span", { class: "well" }, bar), make("span", { class: "soft small" }, figures));
  }

  /**
   * Say who leads. A learner that was measured on fewer examples than are allowed is not behind for that: all are compared on these.
   * @param {Stand[]} stands
   * @param {number} labels
   * @param {number} operations
   */
  judge(stands, labels, operations) {
    const short = stands.filter(({ name, fit }) => fit && fit.labels < labels && fit === this.study.fitsOf(name).at(-1));
    if (short.length === 0) return sayWhoLeads(stands);
    const least = short.reduce((one, other) => ((one.fit?.labels ?? 0) <= (other.fit?.labels ?? 0) ? one : other));
    const shared = least.fit?.labels ?? 0;
    const again = stands.map((stand) => ({ ...stand, fit: this.study.stand(stand.name, shared, operations) }));
    return `${t("story.measuredTo", { learner: least.label, labels: shared.toLocaleString() })} ${sayWhoLeads(again)}`;
  }

  makeStory() {
    this.story.replaceChildren(
      ...STEPS.map((step, i) => {
        const study = this.find(step.source);
        const values = study ? step.tell(study, this.machines) : {};
        const button = make("button", { type: "button", class: "step", onclick: () => this.follow(i) }, make("b", {}, t(/** @type {any} */ (`story.${i + 1}.title`))));
        return make("li", {}, button, make("p", {}, t(/** @type {any} */ (`story.${i + 1}.text`), values)));
      }),
    );
  }

  /** The bundled study of some data: a person's own come before them. @param {string} source */
  find(source) {
    return this.studies.findLast((study) => study.data.source === source);
  }

  /** @param {number} step */
  go(step) {
    const study = this.find(STEPS[step].source);
    if (!study) return;
    this.choose(study);
    this.put(STEPS[step].set(study, this.machines));
    this.mark(step);
  }

  /**
   * Go to a step, and bring the chart into sight where it stands above the story.
   * @param {number} step
   */
  follow(step) {
    this.go(step);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (matchMedia("(max-width: 1100px)").matches) this.verdict.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
  }

  /** @param {number} step */
  mark(step) {
    this.step = step;
    [...this.story.children].forEach((item, i) => {
      item.classList.toggle("current", i === step);
      const button = /** @type {Element} */ (item.firstElementChild);
      if (i === step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
  }

  makeSources() {
    const { data, points } = this.machines;
    const rows = points.map(({ machine, speed }) =>
      make(
        "tr",
        {},
        make("td", {}, String(machine.year)),
        make("td", {}, machine.name),
        make("td", { class: "number" }, countOf(machine.flops)),
        make("td", { class: "number" }, `$${machine.price.toLocaleString(getLanguage())}`),
        make("td", { class: "number" }, countOf(speed)),
        make("td", {}, make("a", { href: machine.url }, machine.source)),
      ),
    );
    const heads = ["year", "machine", "speed", "price", "car", "source"].map((name) => make("th", { scope: "col" }, t(/** @type {any} */ (`machines.${name}`))));
    const table = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("machines.title") }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)));
    return make("details", { class: "card sources" }, make("summary", {}, t("machines.title")), make("p", { class: "soft" }, t("machines.text", { car: data.car.toLocaleString(getLanguage()), days: data.days })), table);
  }
}

/** @param {Stand[]} stands */
function sayWhoLeads(stands) {
  const able = stands.flatMap(({ label, fit }) => (fit ? [{ label, fit }] : [])).sort((a, b) => a.fit.error - b.fit.error);
  if (able.length === 0) return t("story.none");
  const [first, second] = able;
  const clear = !second || first.fit.high < second.fit.low;
  return t(clear ? "story.leads" : "story.level", { first: first.label, error: percentOf(first.fit.error), second: second?.label ?? "" });
}

/**
 * @param {"data" | "compute" | "algorithm"} name
 * @param {() => void} moved
 */
function makeSlider(name, moved) {
  const input = make("input", { type: "range", id: `slider-${name}`, step: 1, oninput: moved });
  const output = make("output", { for: input.id });
  const label = make("label", { for: input.id }, t(`slider.${name}`));
  return { input, output, element: make("div", { class: "slider" }, label, output, input) };
}

/**
 * @param {HTMLInputElement} input
 * @param {number} min
 * @param {number} max
 */
function setRange(input, min, max) {
  input.min = String(min);
  input.max = String(max);
}

/**
 * @param {{ input: HTMLInputElement, output: HTMLOutputElement }} slider
 * @param {string} text
 */
function tell(slider, text) {
  slider.output.value = text;
  slider.input.setAttribute("aria-valuetext", text);
}

/** @param {import("./study.js").Crossing} crossing */
function explainCrossing(crossing) {
  const power = 10 ** (Math.floor(Math.log10(crossing.labels)) - 1);
  const count = (Math.round(crossing.labels / power) * power).toLocaleString();
  return t(crossing.clear ? "story.crosses" : "story.maybeCrosses", { first: nameOf(crossing.first), then: nameOf(crossing.then), count });
}

/** @param {HTMLElement} root */
export async function show(root) {
  const [studies, machines] = await Promise.all([
    isStatic ? fetch("static/data/studies.json").then((response) => response.json()) : askJson("page/studies"),
    fetch("static/data/machines.json").then((response) => response.json()),
  ]);
  const view = new WhyView(studies.map((/** @type {any} */ data) => new Study(data)), new Machines(machines));
  root.append(...view.layOut());
  view.makeStory();
  if (view.find(STEPS[0].source) === view.study) view.go(0);
  else view.open(view.study);
  return () => view.chart.remove();
}
