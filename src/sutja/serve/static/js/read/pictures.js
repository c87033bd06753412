// Pictures with what was read on them: pages with boxes, sounds with digits.

import { ask } from "../api.js";
import { make, makeSvg } from "../dom.js";
import { t } from "../i18n.js";

/** @typedef {{ box: number[], text: string, good: boolean }} Mark */

/**
 * Find the picture of a page: the file itself where a browser shows it, else as the server draws it.
 * @param {File} file
 * @param {number} page
 * @param {number} width of the page in pixels, so that a browser that turns or scales it is found out
 * @returns {Promise<string | null>} an address, or null where it cannot be drawn
 */
export async function findPicture(file, page, width) {
  if (page === 1 && file.type.startsWith("image/")) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (bitmap && bitmap.width === width) return URL.createObjectURL(file);
  }
  const body = new FormData();
  body.append("file", file, file.name);
  body.append("page", String(page));
  const answer = await ask("page/picture", { method: "POST", body }).catch(() => null);
  return answer && URL.createObjectURL(await answer.blob());
}

/**
 * Draw a page with boxes; its picture comes once the page is seen.
 * @param {File} file
 * @param {{ page: number, width: number, height: number }} page
 * @param {Mark[]} marks
 */
export function drawPage(file, { page, width, height }, marks) {
  const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("read.picture", { name: file.name }) });
  svg.append(makeSvg("rect", { class: "blank", width, height }));
  marks.forEach(({ box: [x0, y0, x1, y1], good }, i) => {
    svg.append(makeSvg("rect", { class: good ? "box good" : "box doubt", x: x0, y: y0, width: x1 - x0, height: y1 - y0, rx: 2, "data-number": i }));
  });
  whenSeen(svg, async () => {
    const address = await findPicture(file, page, width);
    if (address) svg.firstElementChild?.after(makeSvg("image", { href: address, width, height }));
    else writeInside(svg, marks, height);
  });
  return make("div", { class: "sheet" }, svg);
}

/**
 * Write the numbers where the picture of their page cannot be drawn.
 * @param {SVGSVGElement} svg
 * @param {Mark[]} marks
 * @param {number} height
 */
function writeInside(svg, marks, height) {
  for (const { box, text } of marks) {
    const size = Math.max(10, Math.min(0.7 * (box[3] - box[1]), height / 24));
    svg.append(makeSvg("text", { x: box[0], y: box[3], "font-size": size, class: "inside" }, text));
  }
}

/**
 * Do something once, when an element comes into view.
 * @param {Element} element
 * @param {() => void} act
 */
function whenSeen(element, act) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    act();
  });
  observer.observe(element);
}

const WIDTH = 1000;
const HEIGHT = 150;
const LETTERS = 26; // pixels above the sound for the digits

/**
 * Draw a recording: the picture of its sound, its numbers above, the place that is played.
 * @param {File} file
 * @param {{ seconds: number | null }} recording
 * @param {{ start: number, end: number, digits: string, accepted: boolean }[]} numbers
 */
export function drawSound(file, { seconds }, numbers) {
  const player = make("audio", { controls: true, src: URL.createObjectURL(file) });
  const length = Math.max(seconds ?? 0, ...numbers.map(({ end }) => end), 0.1);
  const x = (/** @type {number} */ second) => (WIDTH * second) / length;
  const svg = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + LETTERS}`, role: "img", "aria-label": t("read.sound", { name: file.name }), class: "wave" });
  svg.append(makeSvg("rect", { class: "dark", y: LETTERS, width: WIDTH, height: HEIGHT }));
  const marks = numbers.map(({ start, end, digits, accepted }, i) => {
    const kind = accepted ? "box good" : "box doubt";
    const wide = Math.max(2, x(end) - x(start));
    const mark = makeSvg(
      "g",
      {},
      makeSvg("rect", { class: kind, x: x(start), y: LETTERS, width: wide, height: HEIGHT, rx: 3, "data-number": i }),
      makeSvg("text", { x: Math.min(WIDTH - 8, x(start) + wide / 2), y: LETTERS - 8, "text-anchor": "middle", class: "heard" }, digits),
    );
    mark.addEventListener("click", () => play(player, start));
    return mark;
  });
  const here = makeSvg("line", { class: "here", y1: LETTERS, y2: LETTERS + HEIGHT, x1: 0, x2: 0 });
  svg.append(...marks, here);
  player.addEventListener("timeupdate", () => here.setAttribute("transform", `translate(${x(player.currentTime)} 0)`));
  const body = new FormData();
  body.append("file", file, file.name);
  void ask("page/sound", { method: "POST", body }).then(
    async (answer) => {
      const href = URL.createObjectURL(await answer.blob());
      svg.firstElementChild?.after(makeSvg("image", { href, y: LETTERS, width: WIDTH, height: HEIGHT, preserveAspectRatio: "none" }));
    },
    () => null,
  );
  return { element: make("div", { class: "sounding" }, svg, player), play: (/** @type {number} */ start) => play(player, start) };
}

/**
 * @param {HTMLAudioElement} player
 * @param {number} start in seconds
 */
function play(player, start) {
  player.currentTime = start;
  void player.play().catch(() => null); // a browser that cannot play this format says so in the player
}
