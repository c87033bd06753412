// Learning curves as a drawing: errors against labels, both by powers of ten, with their intervals.

import { make, makeSvg } from "../dom.js";
import { t } from "../i18n.js";
import { percentOf } from "./words.js";

/**
 * @typedef {import("./study.js").Study} Study
 * @typedef {import("./study.js").Fit} Fit
 * @typedef {{ name: string, label: string, mark: string }} Line
 * @typedef {{ lines: Line[], labels: number, operations: number, crossings: import("./study.js").Crossing[] }} Shown
 */

/** @typedef {{ width: number, height: number, left: number, right: number, top: number, bottom: number }} Frame */

const WIDE = { width: 720, height: 400, left: 56, right: 16, top: 14, bottom: 46 };
const TALL = { width: 380, height: 330, left: 50, right: 12, top: 14, bottom: 46 };
const NARROW = 520; // CSS pixels, below which the drawing is less wide than its letters want
const LEAST_ERROR = 0.002;
const TICKS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

export class Chart {
  constructor() {
    this.svg = makeSvg("svg", { role: "img" });
    this.element = make("div", { class: "curves" }, this.svg);
    this.frame = WIDE;
    /** @type {[Study, Shown] | null} */
    this.last = null;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.element);
  }

  remove() {
    this.observer.disconnect();
  }

  resize() {
    const frame = this.element.clientWidth < NARROW ? TALL : WIDE;
    if (frame === this.frame) return;
    this.frame = frame;
    if (this.last) this.draw(...this.last);
  }

  /**
   * @param {Study} study
   * @param {Shown} shown
   */
  draw(study, shown) {
    this.last = [study, shown];
    const { frame } = this;
    const { width, height, left, right, top, bottom } = frame;
    const [few, many] = [study.sizes[0], study.sizes[study.sizes.length - 1]];
    const drawn = shown.lines.flatMap((line) => study.fitsOf(line.name));
    const least = Math.max(LEAST_ERROR, Math.min(...drawn.map((fit) => fit.low).filter((low) => low > 0)) * 0.8);
    const most = Math.min(1, Math.max(...drawn.map((fit) => fit.high)) * 1.15);
    const x = (/** @type {number} */ labels) => left + ((width - left - right) * Math.log(labels / few)) / (Math.log(many / few) || 1);
    const y = (/** @type {number} */ error) => {
      const part = Math.log(Math.min(Math.max(error, least), most) / most) / Math.log(least / most);
      return top + (height - top - bottom) * part;
    };
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", this.describe(study, shown));
    this.svg.replaceChildren(
      ...TICKS.filter((tick) => tick >= least && tick <= most).map((tick) => drawRule(frame, y(tick), percentOf(tick))),
      ...chooseTicks(study.sizes, x, frame).map((size) => drawTick(frame, x(size), size)),
      makeSvg("text", { class: "axis", x: width - right, y: height - 6, "text-anchor": "end" }, t("story.axis")),
      makeSvg("line", { class: "here", x1: x(shown.labels), x2: x(shown.labels), y1: top, y2: height - bottom }),
      ...shown.lines.flatMap((line) => drawLine(study.fitsOf(line.name), line, x, y, shown)),
      ...shown.crossings.map((crossing) => drawCrossing(frame, x(crossing.labels))),
    );
  }

  /**
   * Say in words what the drawing shows.
   * @param {Study} study
   * @param {Shown} shown
   */
  describe(study, shown) {
    const parts = shown.lines.map(({ name, label }) => {
      const fits = study.fitsOf(name);
      return t("story.curve", { learner: label, first: percentOf(fits[0].error), few: fits[0].labels.toLocaleString(), last: percentOf(fits[fits.length - 1].error), many: fits[fits.length - 1].labels.toLocaleString() });
    });
    return `${t("story.chart")}: ${parts.join("; ")}`;
  }
}

/**
 * Choose the sizes that are written below the drawing: none over another, the largest always.
 * @param {number[]} sizes
 * @param {(labels: number) => number} x
 * @param {Frame} frame
 */
function chooseTicks(sizes, x, { width, right }) {
  /** @type {number[]} */
  const kept = [];
  let next = Infinity;
  for (const size of [...sizes].reverse()) {
    const half = size.toLocaleString().length * 4.5;
    const end = kept.length === 0 ? width - right : x(size) + half;
    if (end + 10 > next && kept.length > 0) continue;
    kept.push(size);
    next = end - 2 * half;
  }
  return kept.reverse();
}

/**
 * @param {Frame} frame
 * @param {number} at
 * @param {string} label
 */
function drawRule({ left, right, width }, at, label) {
  return makeSvg("g", { class: "rule" }, makeSvg("line", { x1: left, x2: width - right, y1: at, y2: at }), makeSvg("text", { x: left - 8, y: at + 5, "text-anchor": "end" }, label));
}

/**
 * @param {Frame} frame
 * @param {number} at
 * @param {number} size
 */
function drawTick({ width, height, right, bottom }, at, size) {
  const isLast = at > width - 60;
  const line = makeSvg("line", { x1: at, x2: at, y1: height - bottom, y2: height - bottom + 5 });
  return makeSvg("g", { class: "rule" }, line, makeSvg("text", { x: isLast ? width - right : at, y: height - bottom + 21, "text-anchor": isLast ? "end" : "middle" }, size.toLocaleString()));
}

/**
 * @param {Frame} frame
 * @param {number} at
 */
function drawCrossing({ width, height, top, bottom }, at) {
  const isRight = at > width * 0.7;
  const line = makeSvg("line", { x1: at, x2: at, y1: top, y2: height - bottom });
  return makeSvg("g", { class: "crossing" }, line, makeSvg("text", { x: at + (isRight ? -6 : 6), y: top + 14, "text-anchor": isRight ? "end" : "start" }, t("story.crossing")));
}

/**
 * @param {Fit[]} fits
 * @param {Line} line
 * @param {(labels: number) => number} x
 * @param {(error: number) => number} y
 * @param {Shown} shown
 */
function drawLine(fits, line, x, y, shown) {
  if (fits.length === 0) return [];
  const band = [...fits.map((fit) => `${x(fit.labels)},${y(fit.high)}`), ...[...fits].reverse().map((fit) => `${x(fit.labels)},${y(fit.low)}`)];
  const within = fits.filter((fit) => fit.labels <= shown.labels && (fit.fit_operations ?? 0) <= shown.operations);
  const last = within[within.length - 1];
  const path = (/** @type {Fit[]} */ some) => some.map((fit, i) => `${i ? "L" : "M"}${x(fit.labels).toFixed(1)} ${y(fit.error).toFixed(1)}`).join("");
  return [
    makeSvg("polygon", { class: `band ${line.mark}`, points: band.join(" ") }),
    makeSvg("path", { class: `curve faint ${line.mark}`, d: path(fits) }),
    makeSvg("path", { class: `curve ${line.mark}`, d: path(within) }),
    ...fits.map((fit) => makeSvg("circle", { class: `point ${line.mark}${within.includes(fit) ? "" : " faint"}`, cx: x(fit.labels), cy: y(fit.error), r: fit === last ? 7 : 3.5 })),
  ];
}
